"""Gradio pages; they call ask and render and decide nothing themselves."""
