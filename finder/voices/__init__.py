"""What drivers say of stations, and what becomes of their complaints."""
