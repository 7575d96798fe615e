"""The register of operators: from application to leaving, each step a row of the audit."""
