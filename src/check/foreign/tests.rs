use super::*;

const COLUMNS: [&str; 3] = ["email", "first_name", "city"];

fn found(text: &str) -> Vec<String> {
    let passage = Passage::whole(&Source::new("c.md", text));
    foreign_tags(&passage, Written::Markdown, &COLUMNS)
        .into_iter()
        .map(|finding| {
            let tag = finding.message.split("` would be").next().unwrap_or("").to_owned();
            let sign = if finding.is_error() { "" } else { "?" };
            format!("{sign}{}", tag.trim_start_matches('`'))
        })
        .collect()
}

/// What is found instead of what should be.
fn differs(text: &str, wanted: &[&str]) -> Option<String> {
    let found = found(text);
    (found != wanted).then(|| format!("{text}: {found:?}"))
}

#[test]
fn the_tags_of_other_tools_are_recognised() {
    let mut wrong = Vec::new();
    for tag in [
        "<< Test First Name >>",
        "<<First Name>>",
        "<<Donation Amount>>",
        "<< Donation Amount >>",
        "*|FNAME|*",
        "*|LIST:ADDRESS|*",
        "*|IF:FNAME|*",
        "[First Name]",
        "[firstname,fallback=friend]",
        "[subscriber:firstname | default:reader]",
        "[FIRSTNAME]",
        "[Insert date here]",
        "%FNAME%",
        "%FIRST_NAME%",
        "%UNSUBSCRIBELINK%",
        "%SENDER-INFO-SINGLELINE%",
        "%%First Name%%",
        "%%=v(@name)=%%",
        "%%[ SET @x = 1 ]%%",
        "%(first_name)s",
        "{FirstName}",
        "{first_name}",
        "{ first_name }",
        "{first_name|friend}",
        "{contact.first_name}",
        "{contact.display_name}",
        "{action.unsubscribeUrl}",
        "{unsubscription_url}",
        "«First_Name»",
        "«AddressBlock»",
        "«GreetingLine»",
        "«Donation_Amount»",
        "« Prénom »",
        "[[firstname]]",
        "[[FIRSTNAME OR \"Friend\"]]",
        "[% first_name %]",
        "<%= name %>",
        "<% if name %>",
        "{$name}",
        "{!firstname}",
        "${firstName}",
        "#{first_name}",
        "~Contact.FirstName~",
        "##first_name##",
        "#NAME#",
        "@@name@@",
        "<First Name>",
        "<Name>",
        "<webversion>",
        "<Prénom>",
        "[city]",
        "[unsubscribe]",
        "&lt;&lt;First Name&gt;&gt;",
        "&lt;First Name&gt;",
        "&#60;&#60;First Name&#62;&#62;",
        "&lt;&lt; Test First Name &gt;&gt;",
        "[Your Name]",
        "%recipient.name%",
        "‹‹First Name››",
        "≪First Name≫",
        "［First Name］",
        "【姓名】",
    ] {
        for text in [format!("Dear {tag}, hello"), format!("Dear {tag}: hello")] {
            wrong.extend(differs(&text, &[tag]));
        }
        for text in [
            format!("- Dear **{tag}**"),
            format!("## Dear {tag}"),
            format!("| a | b |\n|---|---|\n| Dear {tag} | c |\n"),
            format!("<p>Dear {tag},</p>"),
        ] {
            let found = found(&text);
            wrong.extend((found.len() != 1).then(|| format!("{text}: {found:?}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn so_they_are_as_a_converter_or_a_hand_has_left_them() {
    let mut wrong = Vec::new();
    for (text, wanted) in [
        ("Dear \\<\\<First Name\\>\\>,", "<\\<First Name\\>\\>"),
        ("Dear \\*|FNAME|\\*,", "*|FNAME|\\*"),
        ("Dear \\*\\|FNAME\\|\\*,", "*\\|FNAME\\|\\*"),
        ("Dear \\[First Name\\],", "[First Name\\]"),
        ("Dear \\{first\\_name\\},", "{first\\_name\\}"),
        ("Dear <<First\u{a0}Name>>,", "<<First Name>>"),
        ("Dear [First\u{a0}Name],", "[First Name]"),
        ("Dear *|FNA\u{200b}ME|*,", "*|FNA\u{200b}ME|*"),
        ("Dear [\u{feff}First Name\u{200b}],", "[\u{feff}First Name\u{200b}]"),
        ("Dear <<**First** Name>>,", "<<**First** Name>>"),
        ("Dear [*First Name*],", "[*First Name*]"),
        ("Dear [**First** _Name_]:", "[**First** _Name_]"),
        ("Dear <<First\nName>>,", "<<First Name>>"),
        ("Dear [First\nName],", "[First Name]"),
        ("Dear [First  \nName],", "[First Name]"),
        ("Dear <b>[First</b> Name],", "[First</b> Name]"),
        ("> Dear [First\n> Name],", "[First > Name]"),
        ("Dear first_name }},", "first_name }}"),
        ("Dear { first_name }},", "{ first_name }}"),
        ("Dear name}},", "name}}"),
        ("Dear FNAME|*,", "FNAME|*"),
        ("Dear *|FNAME, hello", "*|FNAME"),
        ("a {% if city %}b{% endif %} endif %} c", "endif %}"),
        ("[Give](*|LINK|*)", "*|LINK|*"),
        ("[Give](https://example.org/?e=*|EMAIL|*)", "*|EMAIL|*"),
        ("[Give](https://example.org/?e=%EMAIL%)", "%EMAIL%"),
        (
            "[Give](https://example.org/?n=%7B%7Bname%7D%7D)",
            "https://example.org/?n=%7B%7Bname%7D%7D",
        ),
        ("[Give](https://example.org/?n=[firstname])", "[firstname]"),
        ("[Give](https://example.org/{first_name})", "{first_name}"),
        ("[Leave](%UNSUBSCRIBELINK%)", "%UNSUBSCRIBELINK%"),
        ("![For [First Name]](https://example.org/a.png)", "[First Name]"),
        (
            "[a](https://example.org \"For *|FNAME|*\")",
            "[a](https://example.org \"For *|FNAME|*\")",
        ),
        ("<a href=\"https://example.org/?e=*|EMAIL|*\">a</a>", "*|EMAIL|*"),
        ("<img src=\"https://example.org/a.png\" alt=\"[First Name]\">", "[First Name]"),
        ("<div>\n<p>Dear <<First Name>></p>\n</div>", "<<First Name>>"),
        ("{{ city or \"*|CITY|*\" }}", "*|CITY|*"),
        ("{{ city | default(value=\"[City]\") }}", "[City]"),
        ("{% set x = \"[First Name]\" %}{{ x }}", "[First Name]"),
        ("{% for x in [\"a\", \"%FNAME%\"] %}{{ x }}{% endfor %}", "%FNAME%"),
        ("{{<button label=\"Give, *|FNAME|*\" url=\"https://example.org\"/>}}", "*|FNAME|*"),
        ("{{<button label=\"Give\" url=\"https://example.org/?e=%EMAIL%\"/>}}", "%EMAIL%"),
        (
            "{{<button label=\"Dear {{ city }} [First Name]\" url=\"https://x.test\"/>}}",
            "[First Name]",
        ),
        ("{% <callout title=\"For <<First Name>>\"> %}\na\n{% </callout> %}", "<<First Name>>"),
        ("{{ \"Dear \" ~ \"{first_name}\" }}", "{first_name}"),
        ("Dear [Prénom],", "[Prénom]"),
        ("Dear [Prénom et] [voornaam],", "[voornaam]"),
        ("Дорогой [Имя],", "[Имя]"),
        ("Дорогой {Имя получателя}!", "{Имя получателя}"),
        ("שלום [שם פרטי],", "[שם פרטי]"),
        ("مرحبا [الاسم الأول]،", "[الاسم الأول]"),
        ("Αγαπητέ [Όνομα],", "[Όνομα]"),
        ("[お名前]様", "[お名前]"),
        ("Kedves [Keresztnév]!", "[Keresztnév]"),
        ("Hei [Etunimi],", "[Etunimi]"),
    ] {
        wrong.extend(differs(text, &[wanted]));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn in_code_they_are_only_a_warning_and_most_signs_mean_something_else() {
    assert_eq!(
        found("`<< First Name >>` and `*|FNAME|*`\n\n    *|FNAME|*\n\n```\n<<First Name>>\n```\n"),
        ["?<< First Name >>", "?*|FNAME|*", "?*|FNAME|*", "?<<First Name>>"]
    );
    for code in [
        "`[name]` `{name}` `%FNAME%` `array[email]` `x << name` `cout << name << endl`",
        "```rust\nprintln!(\"{name}\"); let x: Vec<Name> = a[name]; 1 << 2 >> 3\n```",
        "    <% if name %> ${name} {{\"{ name }\"}}\n",
        "<pre>[First Name]</pre> <code>{first_name}</code>",
    ] {
        assert_eq!(found(code), Vec::<String>::new(), "{code}");
    }
}

#[test]
fn ordinary_writing_raises_no_alarm() {
    let mut wrong = Vec::new();
    for text in [
        "It costs $20 [1] or 100% of 50% (about {x}).[^1]\n\n[^1]: Name of the source\n",
        "Now 50% off% and 20 % of all; up to 30%, 100%!",
        "£7,100, 12.50 €, $5–$10, 5 $ to 10 $, ## 5",
        "[links] and [Name](https://example.org) and [name][ref]\n\n[ref]: https://example.org\n",
        "[Read more](https://example.org) [First Name](https://example.org/form)",
        "[video] [City walk](https://example.org/%C3%A9?a=%20b%20&c=%AB%CD%EF%) [sic] […] [...]",
        "- [ ] name\n- [x] email\n- [X] city\n",
        "a << b, 1 << 2 >> 3, `x`, {{ first_name }}, {% if city %}[…]{% endif %} «Bonjour» ~~old name~~",
        "« Nous sommes heureux », dit-elle. «Der Weg», sagte er. »Name« und »Vorname«",
        "»Vorname« oder »Nachname«, «Wir», « Ville et pays », «YouTube»",
        "[email]\n\n[email]: mailto:ann@example.org",
        "<a href=\"https://example.org\" title=\"name\">name</a> <!-- [First Name] --> <em>name</em>",
        "<table><tr><td>a</td></tr></table> <address>1 Mill Lane</address> <o:p></o:p>",
        "$x_1 < y$ and $$\\frac{a}{b}$$, \\(x^{n_{k}}\\), f(x) = {x | x > 0}, {1, 2}, [0, 1]",
        "a < b > c, 3 <5> 4, <- ->, <3, >>> quoted, Home >> News >> May, << back",
        "{% raw %}{{ first_name }} and {% if x %}{% endraw %}",
        "50 % and 60 %} of {this}, #hashtag #name #email, C# and F#, @ann, @name@example.org",
        "[Name, date and place of birth] [name: Ann] [the city] (First Name) 'name' \"First Name\"",
        "https://example.org/~name/a~b~c ~5 km, ~10~ minutes, snake_case_name, __init__",
        "***Note*** *|* and |*| | a | b |",
        "{{ city or \"your town\" }} {{ city | replace(from=\"[name]\", to=\"a\") }}",
        "{% if city == \"[city]\" %}a{% endif %}{{ \"a,b\" | split(pat=\"%name%\") | first }}",
        "<script>var a = \"[First Name]\"</script><style>a[name] { color: {name} }</style>",
        "The {event} is on [Friday], in [brackets], {{ city }}{{ first_name }}",
        "Smileys :) ;} {} [] <> %% || ~~ «» and an email [at] example.org",
    ] {
        wrong.extend(differs(text, &[]));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_column_may_be_called_as_an_element_is() {
    let page = "<html><head><title>x</title></head><body><tr><td>a</td></tr></body></html>";
    for text in ["<p>a</p>\n\n<table><tr><td>b</td></tr></table>", page] {
        let passage = Passage::whole(&Source::new("c.md", text));
        let columns = ["title", "body", "head", "tr", "td", "p"];
        for written in [Written::Markdown, Written::Page, Written::Lines] {
            assert!(foreign_tags(&passage, written, &columns).is_empty(), "{text}");
        }
    }
}

#[test]
fn a_long_text_is_searched_in_one_go() {
    for piece in ["[a", "<<", "{{ \"[", "*|", "%", "[x](", "&lt", "{", "~a", "<a ", "| *|a|* "] {
        let passage = Passage::whole(&Source::new("c.md", piece.repeat(20_000)));
        let _ = foreign_tags(&passage, Written::Markdown, &COLUMNS);
        let _ = foreign_tags(&passage, Written::Page, &COLUMNS);
    }
}
