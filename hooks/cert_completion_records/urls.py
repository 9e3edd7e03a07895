from django.urls import path

from cert_completion_records import views

app_name = "cert_completion_records"

urlpatterns = [
    path("record-of-learning/", views.own_record_of_learning, name="own_record_of_learning"),
    path("record-of-learning/<str:learner_key>/", views.record_of_learning, name="record_of_learning"),
]
