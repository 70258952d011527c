"""sms_service enrols the members of an organisation by SMS and USSD, with a dialogue that is a YAML file."""

__version__ = "0.1.0"
