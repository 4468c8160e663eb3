"""The CrossGuard policy pack: encryption, least privilege, exposure and resilience of AWS and Kubernetes resources."""
