package bolt

// Schema is the schema of the files that this program writes, from 1.
func Schema() int { return len(steps()) + 1 }
