"""Model and model into a comparison: merging, paths, project, patch, indirect changes, components."""
