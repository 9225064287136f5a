//! Whole exports as programs write them: nobody who left is mailed, and those who may be are.

use std::fs;

use crate::table::{fixture, read, read_file};

/// Exports of which it is understood who may be mailed.
const UNDERSTOOD: [&str; 24] = [
    "bool-nl.csv",
    "bool-pt-br.csv",
    "camel-isUnsubscribed.csv",
    "camel-unsubscribedAt.csv",
    "mysql-bit.tsv",
    "named-status.csv",
    "pg-numeric.csv",
    "status-beehiiv.csv",
    "status-brevo-emailblacklisted.csv",
    "status-checked.csv",
    "status-civicrm-names.csv",
    "status-constantcontact.csv",
    "status-deceased-word-status.csv",
    "status-donorbox.csv",
    "status-everyaction-letter.csv",
    "status-ghost.csv",
    "status-hubspot.csv",
    "status-kit-status.csv",
    "status-klaviyo.csv",
    "status-listmonk.csv",
    "status-mailerlite-status.csv",
    "status-mautic.csv",
    "status-newsletter-yesno.csv",
    "status-salesforce-api.csv",
];

#[test]
fn of_every_export_only_who_may_be_mailed_is() {
    let mut wrong = Vec::new();
    for entry in fs::read_dir(fixture("exports")).expect("the exports") {
        let path = entry.expect("a file").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let read = read_file(&path);
        let mailed = read.mailed();
        let expected: &[&str] =
            if UNDERSTOOD.contains(&name.as_str()) { &["ann@example.org"] } else { &[] };
        if mailed != expected {
            wrong.push(format!("{name}: {mailed:?}, {:?} {:?}", read.refusals, read.verdicts));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Exports with the columns that the programs write; ann, and nobody else, may be mailed.
const SHAPES: [(&str, &str); 30] = [
    (
        "Mailchimp, unsubscribed",
        "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON,LEID,TAGS\nbo@example.org,Bo,2,2020-01-01 10:00:00,2020-01-01 10:00:00,2024-01-01 10:00:00,Spring,,1,\n",
    ),
    (
        "Mailchimp, cleaned",
        "Email Address,OPTIN_TIME,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,LEID\nbo@example.org,2020-01-01 10:00:00,2024-01-01 10:00:00,Spring,1\n",
    ),
    (
        "Mailchimp, subscribed",
        "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,GMTOFF,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS\nann@example.org,Ann,2,2020-01-01 10:00:00,,2020-01-01 10:00:00,192.0.2.1,-8,US,CA,2020-01-01 10:00:00,1,x,,\"\"\"vip\"\"\"\n",
    ),
    (
        "Mailchimp, API",
        "email_address,status\nann@example.org,subscribed\nbo@example.org,cleaned\ncy@example.org,nonsubscribed\ndi@example.org,archived\ned@example.org,transactional\nfy@example.org,pending\n",
    ),
    (
        "Action Network",
        "email,first_name,can2_subscription_status,can2_sms_status\nann@example.org,Ann,subscribed,unsubscribed\nbo@example.org,Bo,previous bounce,\ncy@example.org,Cy,previous spam complaint,\ndi@example.org,Di,bouncing,\n",
    ),
    (
        "ActiveCampaign",
        "Email,First Name,Status,IP\nann@example.org,Ann,Active,\nbo@example.org,Bo,Unsubscribed,\ncy@example.org,Cy,Bounced,\ndi@example.org,Di,Unconfirmed,\n",
    ),
    (
        "Campaign Monitor",
        "Email Address,Name,State,Date\nann@example.org,Ann,Active,2024-01-01\nbo@example.org,Bo,Unsubscribed,2024-01-01\ncy@example.org,Cy,Deleted,2024-01-01\ndi@example.org,Di,Unconfirmed,2024-01-01\n",
    ),
    (
        "Shopify",
        "Customer ID,First Name,Email,Accepts Email Marketing,Accepts SMS Marketing,Tags\n1,Ann,ann@example.org,yes,no,\n2,Bo,bo@example.org,no,yes,vip\n",
    ),
    (
        "Wix",
        "First Name,Email 1,Labels,Email subscriber status,SMS subscriber status\nAnn,ann@example.org,Contacted Me,Subscribed,Never subscribed\nBo,bo@example.org,,Unsubscribed,\nCy,cy@example.org,,Never subscribed,\n",
    ),
    (
        "Substack",
        "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\nann@example.org,false,,other,false,2024-01-01,\nbo@example.org,true,2026-01-01,yearly,true,2024-01-01,2024-01-01\n",
    ),
    (
        "Dynamics",
        "Full Name,E-mail,Do not allow Bulk Emails,Do not allow Phone Calls,Send Marketing Materials\nAnn,ann@example.org,Allow,Do Not Allow,Send\nBo,bo@example.org,Do Not Allow,Allow,Send\nCy,cy@example.org,Allow,Allow,Do Not Send\n",
    ),
    (
        "NationBuilder",
        "nationbuilder_id,email,email_opt_in,email1_is_bad,is_deceased,do_not_call,mobile_opt_in\n1,ann@example.org,true,false,false,true,false\n2,bo@example.org,false,false,false,false,true\n3,cy@example.org,true,true,false,false,true\n4,di@example.org,true,false,true,false,true\n",
    ),
    (
        "Google Groups",
        "Email address,Nickname,Group status,Email status,Email preference,Posting permissions\nann@example.org,Ann,Member,,All email,Allowed\nbo@example.org,Bo,Member,,No email,Allowed\ncy@example.org,Cy,Member,Bouncing,All email,Allowed\n",
    ),
    (
        "MailPoet",
        "\"Email\",\"First name\",\"List status\",\"Global status\",\"List\"\n\"ann@example.org\",\"Ann\",\"subscribed\",\"subscribed\",\"News\"\n\"bo@example.org\",\"Bo\",\"unsubscribed\",\"subscribed\",\"News\"\n\"cy@example.org\",\"Cy\",\"subscribed\",\"bounced\",\"News\"\n\"di@example.org\",\"Di\",\"subscribed\",\"unconfirmed\",\"News\"\n",
    ),
    (
        "phpList",
        "id\tEmail\tIs this subscriber confirmed\tIs this subscriber blacklisted\tDid this subscriber manually confirm\tNumber of bounces\n1\tann@example.org\t1\t0\t0\t2\n2\tbo@example.org\t1\t1\t1\t0\n3\tcy@example.org\t0\t0\t0\t0\n",
    ),
    (
        "Wild Apricot",
        "Email,First name,Archived,Email delivery disabled,Subscribed to emails\nann@example.org,Ann,no,no,yes\nbo@example.org,Bo,no,yes,yes\ncy@example.org,Cy,no,no,no\ndi@example.org,Di,yes,no,yes\n",
    ),
    (
        "Salesforce report",
        "First Name,Email,Email Opt Out,Do Not Call,Fax Opt Out,Do Not Contact,Deceased\nAnn,ann@example.org,0,1,0,0,0\nBo,bo@example.org,1,0,0,0,0\nCy,cy@example.org,0,0,0,1,0\nDi,di@example.org,0,0,0,0,1\n",
    ),
    (
        "Raiser's Edge",
        "CnBio_First_Name,Email,Requests no e-mail,Deceased?,Solicit Codes\nAnn,ann@example.org,No,No,No Phone\nBo,bo@example.org,Yes,No,\nCy,cy@example.org,No,Yes,\nDi,di@example.org,No,No,No Phone; Do Not Email\n",
    ),
    (
        "CiviCRM, labels",
        "Contact ID,Email,Do Not Phone,Do Not Email,No Bulk Emails (User Opt Out),On Hold,Deceased\n1,ann@example.org,Yes,No,No,No,No\n2,bo@example.org,No,Yes,No,No,No\n3,cy@example.org,No,No,Yes,No,No\n4,di@example.org,No,No,No,On Hold Bounce,No\n5,ed@example.org,No,No,No,On Hold Opt Out,No\n6,fy@example.org,No,No,No,No,Yes\n",
    ),
    (
        "Microsoft's booleans in CSV",
        "email;unsubscribed;is_deleted\nann@example.org;Falsch;0\nbo@example.org;Wahr;0\n",
    ),
    (
        "Sendy",
        "Name,Email,Status\nAnn,ann@example.org,Subscribed\nBo,bo@example.org,Bounced\nCy,cy@example.org,Marked as spam\nDi,di@example.org,Unconfirmed\n",
    ),
    (
        "Newsletter plugin",
        "email,name,status,created\nann@example.org,Ann,C,2024\nbo@example.org,Bo,U,2024\ncy@example.org,Cy,B,2024\ndi@example.org,Di,S,2024\n",
    ),
    (
        "Buttondown",
        "email,notes,type,unsubscription_date,undeliverability_reason\nann@example.org,,regular,,\nbo@example.org,,unsubscribed,2024-01-01,\ncy@example.org,,regular,,unreachable\n",
    ),
    (
        "Kit",
        "email_address,first_name,state,created_at\nann@example.org,Ann,active,2024\nbo@example.org,Bo,cancelled,2024\ncy@example.org,Cy,complained,2024\n",
    ),
    (
        "Odoo",
        "Email,Name,Blacklist,Opt Out,Bounce\nann@example.org,Ann,False,False,0\nbo@example.org,Bo,True,False,0\ncy@example.org,Cy,False,True,0\n",
    ),
    (
        "EmailOctopus",
        "Email address,First name,Status\nann@example.org,Ann,SUBSCRIBED\nbo@example.org,Bo,UNSUBSCRIBED\ncy@example.org,Cy,PENDING\n",
    ),
    (
        "Mailman 3",
        "email,display_name,delivery_mode,delivery_status\nann@example.org,Ann,regular,enabled\nbo@example.org,Bo,regular,by_user\ncy@example.org,Cy,mime_digests,by_bounces\n",
    ),
    (
        "Gravity Forms",
        "Email,Consent (Consent),Consent (Text),Consent (Description)\nann@example.org,1,I agree to get mail,\nbo@example.org,,,\n",
    ),
    (
        "Zoho CRM",
        "First Name,Email,Email Opt Out,SMS Opt Out\nAnn,ann@example.org,false,true\nBo,bo@example.org,true,false\n",
    ),
    (
        "Magento",
        "email,subscriber_status,store_id\nann@example.org,1,1\nbo@example.org,3,1\ncy@example.org,2,1\ndi@example.org,4,1\n",
    ),
];

#[test]
fn columns_as_the_programs_write_them_are_read_rightly() {
    let mut wrong = Vec::new();
    for (program, list) in SHAPES {
        let read = read(list);
        let expected: Vec<&str> =
            ["ann@example.org"].into_iter().filter(|ann| list.contains(ann)).collect();
        if read.mailed() != expected || !read.refusals.is_empty() {
            wrong.push(format!("{program}: {:?} {:?}", read.refusals, read.verdicts));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_address_book_tells_nothing_of_consent() {
    for list in [
        "Name,Given Name,Notes,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Value,Group Membership\nAnn L,Ann,,* Home,ann@example.org,,* myContacts\n",
        "First Name,Last Name,E-mail Address,E-mail Type,Categories,Private,Priority,Sensitivity\nAnn,Lee,ann@example.org,SMTP,,FALSE,Normal,Normal\n",
        "Name,Email,Twitter,Patron Status,Follows You,Lifetime Amount,Tier\nAnn,ann@example.org,,Former patron,No,20,\n",
    ] {
        let read = read(list);
        assert_eq!(read.mailed(), ["ann@example.org"], "{:?} {:?}", read.refusals, read.consent);
    }
}
