//! Colours, or none.

use ratatui::style::{Color, Modifier, Style};

/// Whether there are colours.
#[derive(Debug, Clone, Copy)]
pub(in crate::top) struct Theme {
    colored: bool,
}

impl Theme {
    /// As the environment wants it: <https://no-color.org>
    pub(in crate::top) fn of_environment() -> Self {
        Self { colored: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) }
    }

    /// Without colours.
    #[cfg(test)]
    pub(in crate::top) fn plain() -> Self {
        Self { colored: false }
    }

    fn color(self, color: Color) -> Style {
        if self.colored { Style::new().fg(color) } else { Style::new() }
    }

    pub(super) fn title(self) -> Style {
        self.color(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    pub(super) fn header(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
    }

    pub(super) fn name(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    pub(super) fn key(self) -> Style {
        self.color(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    pub(super) fn faint(self) -> Style {
        if self.colored { Style::new().fg(Color::DarkGray) } else { Style::new().add_modifier(Modifier::DIM) }
    }

    pub(super) fn good(self) -> Style {
        self.color(Color::Green)
    }

    pub(super) fn warning(self) -> Style {
        self.color(Color::Yellow).add_modifier(Modifier::BOLD)
    }

    pub(super) fn bad(self) -> Style {
        self.color(Color::Red).add_modifier(Modifier::BOLD)
    }

    pub(super) fn reserved(self) -> Style {
        self.color(Color::Blue)
    }

    /// The colour of a share in use.
    pub(super) fn level(self, share: f64) -> Style {
        self.color(match share {
            share if share >= 0.9 => Color::Red,
            share if share >= 0.7 => Color::Yellow,
            _ => Color::Green,
        })
    }
}
