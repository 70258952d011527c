"""`python -m sms_service` is `sms-service`."""

from sms_service.cli import main

main()
