"""Gradio's memory of sessions, emptied: it would keep each visitor's last words and answer."""

from gradio.routes import App
from gradio.state_holder import SessionState, StateHolder


class _Nothing(StateHolder):  # type: ignore[misc]  # Gradio has no types
    """A new session for every question, kept nowhere."""

    def __getitem__(self, session_id: str) -> SessionState:
        return SessionState(self.blocks)

    def __contains__(self, session_id: str) -> bool:
        return False


def forget_sessions(app: App) -> None:
    """Nothing; the app's pages keep no visitor's words after they are answered."""
    app.state_holder = _Nothing()
    app.state_holder.set_blocks(app.get_blocks())
