use super::*;
use crate::comparison::Contender;
use crate::replay::{Figures, Point, Timeline};

fn comparison() -> Comparison {
    let result = |policy: &str, overload: f64, moves: u64| Result {
        contender: Contender {
            policy: policy.into(),
            relocation: if moves > 0 { "cost-benefit" } else { "none" }.into(),
        },
        scenario: "<mine> at 0.5".into(),
        runs: [1.0, 1.5]
            .map(|factor| Figures {
                instance_overload: overload * factor,
                lost_with_moves: [overload * factor, 0.0],
                moves,
                timeline: Timeline {
                    steps_per_point: 1,
                    points: vec![Point { instance_overload: overload, moves, node_use: 0.5 }; 3],
                },
                ..Figures::default()
            })
            .into(),
    };
    Comparison {
        scenarios: vec![Summary {
            name: "<mine> at 0.5".into(),
            instances: 4,
            nodes: 2,
            steps: 3,
            step_seconds: 300,
        }],
        seed: 1,
        seeds: 2,
        results: vec![result("spread & \"co\"", 0.2, 0), result("headroom", 0.1, 7)],
    }
}

/// The page's tags in order, without attributes, each as often as it comes in a row.
fn outline(page: &str) -> String {
    let tags = page
        .split('<')
        .skip(1)
        .map(|rest| rest.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default());
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for tag in tags.filter(|tag| !tag.is_empty()) {
        match counted.last_mut() {
            Some((last, count)) if *last == tag => *count += 1,
            _ => counted.push((tag, 1)),
        }
    }
    let words = counted.iter().map(
        |(tag, count)| {
            if *count > 1 { format!("{tag}×{count}") } else { (*tag).to_owned() }
        },
    );
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_page_is_made_of_a_table_and_three_pictures() {
    let page = html(&comparison());
    let outline = outline(&page);
    let (head, body) = outline.split_once("section ").unwrap();
    assert_eq!(head, "html head meta×2 title style body h1 p code ");
    let (table, pictures) = body.split_once("h3 ").unwrap();
    let row = "tr th td small td small td small td small td small td small td small td small ";
    assert_eq!(table, format!("h2 p div table thead tr th×9 tbody {row}{row}"));
    assert_eq!(pictures.matches("svg").count(), 3);
    assert_eq!(pictures.matches("polyline").count(), 3);
    assert_eq!(pictures.matches("rect").count(), 2);
}

#[test]
fn the_best_is_first_and_marked() {
    let page = html(&comparison());
    assert!(page.find("headroom + cost-benefit").unwrap() < page.find("spread").unwrap());
    assert!(page.contains("<td class=\"best\">12.5% <small>± 2.50%</small></td>"), "{page}");
}

#[test]
fn names_are_text_and_nothing_is_loaded() {
    let page = html(&comparison());
    assert!(page.contains("<h2>&lt;mine&gt; at 0.5</h2>"));
    assert!(page.contains("spread &amp; &quot;co&quot;"));
    for foreign in ["<mine>", "http:", "https:", "<script", "url(", "src=", "@import"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
}
