"""Who is who, who may do what, and what was done: operators' clients, secrets at rest, the audit."""
