"""What a question says beside its subject: places, natures, modes, terms it insists on."""
