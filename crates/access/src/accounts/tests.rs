use super::*;

fn hash(text: &str) -> PasswordHash {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).unwrap()
}

fn name(text: &str) -> UserName {
    text.parse().unwrap()
}

/// Alice, an admin, and Bob, an operator.
fn two() -> Accounts {
    let mut accounts = Accounts::default();
    accounts.set_up(name("alice"), hash("a"), 1).unwrap();
    accounts.add_user(name("bob"), hash("b"), UserRole::Operator, 2).unwrap();
    accounts
}

fn token(maker: &str, maker_role: UserRole, role: UserRole) -> NewToken {
    NewToken { name: "t".parse().unwrap(), role, expires_in_s: 60, maker: maker.to_owned(), maker_role }
}

#[test]
fn the_first_account_is_made_once() {
    let mut accounts = two();
    assert_eq!(accounts.user("alice").unwrap().role, UserRole::Admin);
    assert!(matches!(accounts.set_up(name("eve"), hash("e"), 3), Err(AccountsError::SetUpAlready)));
    assert!(accounts.user("eve").is_none());
}

#[test]
fn the_document_reads_back_what_it_writes() {
    let mut accounts = two();
    accounts.add_token(token("bob", UserRole::Operator, UserRole::Viewer), 5).unwrap();
    assert_eq!(Accounts::from_json(&accounts.to_json()).unwrap(), accounts);
}

#[test]
fn a_document_of_another_format_is_refused_whole() {
    let newer = br#"{"format":2,"users":{},"groups":[]}"#;
    assert!(matches!(Accounts::from_json(newer), Err(AccountsError::Format { format: 2 })));
    assert!(matches!(Accounts::from_json(b"{}"), Err(AccountsError::Read(_))));
    assert!(matches!(
        Accounts::from_json(br#"{"format":1,"users":{"A B":{}}}"#),
        Err(AccountsError::Read(_))
    ));
}

#[test]
fn a_name_is_taken_once() {
    let error = two().add_user(name("bob"), hash("x"), UserRole::Viewer, 3).unwrap_err();
    assert_eq!(error.to_string(), "there is a user bob already");
}

#[test]
fn the_last_admin_stays() {
    let mut accounts = two();
    assert!(matches!(accounts.remove_user("alice"), Err(AccountsError::LastAdmin { .. })));
    let demoted = accounts.change_user("alice", Some(UserRole::Viewer), None, 9);
    assert!(matches!(demoted, Err(AccountsError::LastAdmin { .. })));
    accounts.change_user("bob", Some(UserRole::Admin), None, 9).unwrap();
    accounts.remove_user("alice").unwrap();
    assert!(matches!(accounts.remove_user("bob"), Err(AccountsError::LastAdmin { .. })));
}

#[test]
fn a_change_leaves_the_rest() {
    let mut accounts = two();
    accounts.change_user("bob", None, Some(hash("new")), 9).unwrap();
    assert_eq!(accounts.user("bob").unwrap().role, UserRole::Operator);
    assert_eq!(accounts.password("bob"), Some(&hash("new")));
    accounts.change_user("bob", Some(UserRole::Viewer), None, 9).unwrap();
    assert_eq!(accounts.password("bob"), Some(&hash("new")));
}

#[test]
fn a_new_password_ends_the_sessions_of_the_old_one_and_a_new_role_does_not() {
    let mut accounts = two();
    accounts.change_user("bob", Some(UserRole::Viewer), None, 9).unwrap();
    assert_eq!(accounts.sessions_since("bob"), Some(2));
    accounts.change_user("bob", None, Some(hash("new")), 9).unwrap();
    assert_eq!(accounts.sessions_since("bob"), Some(9));
}

#[test]
fn a_token_opens_until_it_ends() {
    let mut accounts = two();
    let (secret, info) =
        accounts.add_token(token("bob", UserRole::Operator, UserRole::Viewer), 1000).unwrap();
    assert_eq!(info.expires_unix_ms, 61_000);
    let role = |accounts: &Accounts, at| accounts.token(&secret.digest(), at).map(|(_, role)| role);
    assert_eq!(role(&accounts, 60_999), Some(UserRole::Viewer));
    assert_eq!(role(&accounts, 61_000), None);
    assert_eq!(accounts.tokens(61_000), []);
    assert!(accounts.token(&Digest::of("swm_guess"), 1001).is_none());
}

#[test]
fn a_token_may_never_do_more_than_its_maker() {
    let mut accounts = two();
    let too_much = accounts.add_token(token("bob", UserRole::Operator, UserRole::Admin), 0);
    assert!(matches!(too_much, Err(AccountsError::RoleTooHigh { .. })));
    let (secret, _) = accounts.add_token(token("bob", UserRole::Operator, UserRole::Operator), 0).unwrap();
    accounts.change_user("bob", Some(UserRole::Viewer), None, 9).unwrap();
    assert_eq!(accounts.token(&secret.digest(), 1).unwrap().1, UserRole::Viewer);
    accounts.remove_user("bob").unwrap();
    assert!(accounts.token(&secret.digest(), 1).is_none());
}

#[test]
fn root_s_tokens_need_no_account() {
    let mut accounts = Accounts::default();
    let (secret, _) = accounts.add_token(token("root", UserRole::Admin, UserRole::Admin), 0).unwrap();
    assert_eq!(accounts.token(&secret.digest(), 1).unwrap().1, UserRole::Admin);
}

#[test]
fn a_user_ends_their_own_tokens_only() {
    let mut accounts = two();
    let (_, info) = accounts.add_token(token("bob", UserRole::Operator, UserRole::Viewer), 0).unwrap();
    assert!(accounts.remove_token(&info.id, Some("alice")).is_err());
    accounts.remove_token(&info.id, Some("bob")).unwrap();
    assert!(accounts.remove_token(&info.id, None).is_err());
}

#[test]
fn tokens_live_for_a_time_that_makes_sense() {
    for seconds in [0, LONGEST_TOKEN_S + 1, u64::MAX] {
        let new = NewToken { expires_in_s: seconds, ..token("bob", UserRole::Operator, UserRole::Viewer) };
        let error = two().add_token(new, 0).unwrap_err();
        assert!(error.to_string().contains(&seconds.to_string()), "{error}");
    }
}

#[test]
fn settings_out_of_bounds_are_refused_by_name() {
    let mut accounts = two();
    let settings = Settings { session_idle_s: 5, session_lifetime_s: 3600 };
    let error = accounts.set_settings(settings).unwrap_err();
    assert!(error.to_string().contains("session_idle_s 5"), "{error}");
    assert_eq!(accounts.settings(), Accounts::default().settings());
}

#[test]
fn the_document_holds_no_secret() {
    let mut accounts = Accounts::default();
    let password = crate::Password::new("correct horse").unwrap();
    accounts.set_up(name("alice"), password.hash().unwrap(), 0).unwrap();
    let (secret, _) = accounts.add_token(token("alice", UserRole::Admin, UserRole::Admin), 0).unwrap();
    let json = String::from_utf8(accounts.to_json()).unwrap();
    assert!(!json.contains("correct horse") && !json.contains(secret.reveal()));
}
