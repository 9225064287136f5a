//! What rules about links know by name: shorteners, trackers, empty words, ends of domains.

/// Public shorteners, by their hosts.
pub(super) const SHORTENERS: [&str; 21] = [
    "bit.ly",
    "tinyurl.com",
    "goo.gl",
    "t.co",
    "ow.ly",
    "is.gd",
    "buff.ly",
    "cutt.ly",
    "rb.gy",
    "rebrand.ly",
    "shorturl.at",
    "t.ly",
    "tiny.cc",
    "tiny.one",
    "v.gd",
    "lnkd.in",
    "dlvr.it",
    "bl.ink",
    "s.id",
    "qr.ae",
    "adf.ly",
];

/// Hosts of click trackers, and what stands in the path of their redirections: such
/// links come from a forwarded newsletter.
pub(super) const TRACKERS: [(&str, &str); 12] = [
    ("list-manage.com", "/track/"),
    ("sendgrid.net", "/ls/click"),
    ("mailgun.org", "/c/"),
    ("hubspotlinks.com", ""),
    ("exct.net", ""),
    ("rs6.net", ""),
    ("cmail19.com", ""),
    ("cmail20.com", ""),
    ("mlsend.com", "/link/"),
    ("sendibt2.com", ""),
    ("mandrillapp.com", "/track/"),
    ("safelinks.protection.outlook.com", ""),
];

/// Parameters that stand for a person or a campaign.
pub(super) const PARAMETERS: [&str; 16] = [
    "fbclid",
    "gclid",
    "gbraid",
    "wbraid",
    "dclid",
    "msclkid",
    "twclid",
    "igshid",
    "yclid",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "_hsenc",
    "_hsmi",
    "vero_id",
    "oly_enc_id",
];

/// Texts that say nothing, in the languages of newsletters.
pub(super) const VAGUE: [&str; 31] = [
    "click here",
    "here",
    "click",
    "link",
    "this link",
    "more",
    "read more",
    "learn more",
    "this",
    "klick",
    "hier",
    "hier klicken",
    "klicken sie hier",
    "klick hier",
    "mehr",
    "mehr lesen",
    "weiterlesen",
    "cliquez ici",
    "ici",
    "en savoir plus",
    "lire la suite",
    "haga clic aquí",
    "aquí",
    "leer más",
    "clicca qui",
    "qui",
    "leggi di più",
    "klik hier",
    "lees meer",
    "clique aqui",
    "aqui",
];

/// The ends of most domains' names.
pub(super) const COMMON: [&str; 24] = [
    "com", "org", "net", "io", "dev", "app", "co", "info", "biz", "eu", "uk", "us", "ca", "au",
    "de", "at", "ch", "fr", "it", "es", "nl", "pl", "be", "rs",
];
