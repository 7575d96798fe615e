"""Payment channels to practise on: real HTTP, real signatures under keys made at each start, no money."""
