use clap::{Command, CommandFactory};

use super::Cli;

/// A command's help and that of all commands below it.
fn help(command: &mut Command, path: &str, text: &mut String) {
    *text += &format!("$ {path} --help\n{}\n", command.render_help());
    for below in command.get_subcommands_mut() {
        let path = format!("{path} {}", below.get_name());
        help(below, &path, text);
    }
}

#[test]
fn the_command_tree_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_explains_itself() {
    let mut text = String::new();
    let mut cli = Cli::command().term_width(100);
    cli.build();
    help(&mut cli, "swarm-manager", &mut text);
    insta::assert_snapshot!(text);
}
