"""One module for each revision, `r0001_…`, in a line without branches; one that was released never changes."""
