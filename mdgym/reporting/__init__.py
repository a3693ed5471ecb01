"""What evaluations kept, shown: tables for a terminal and for Markdown, and one HTML page."""
