//! `codex-api models`.

use std::io::{self, Write, stdout};

use codex_api::Models;

use super::Context;
use crate::{args::ModelsArgs, connection::Connection, failure::Failure};

pub(super) async fn run(args: &ModelsArgs, context: &Context) -> Result<(), Failure> {
    let connection = Connection::open(&args.connection, &context.config()?, context).await?;
    let spinner = context.status.spin();
    let models = connection.client.models().list().await;
    drop(spinner);
    let models = models.map_err(|error| connection.failure(error))?;
    let mut out = stdout().lock();
    let written = if args.json { write_json(&mut out, &models) } else { write_table(&mut out, &models) };
    written.map_err(Failure::Output)
}

fn write_json(out: &mut impl Write, models: &Models) -> io::Result<()> {
    match models {
        Models::Public(list) => serde_json::to_writer(&mut *out, list)?,
        Models::Catalogue(catalogue) => serde_json::to_writer(&mut *out, catalogue)?,
        _ => {}
    }
    writeln!(out)?;
    out.flush()
}

/// Ids, and beside them whose they are or what they are called.
fn write_table(out: &mut impl Write, models: &Models) -> io::Result<()> {
    let (title, rows): (_, Vec<(&str, Option<&str>)>) = match models {
        Models::Public(list) => {
            ("OWNER", list.data.iter().map(|model| (model.id.as_str(), model.owned_by.as_deref())).collect())
        }
        Models::Catalogue(list) => (
            "NAME",
            list.models.iter().map(|model| (model.slug.as_str(), model.display_name.as_deref())).collect(),
        ),
        _ => return Ok(()),
    };
    let width = rows.iter().map(|(id, _)| id.chars().count()).max().unwrap_or(0).max("MODEL".len());
    for (id, other) in std::iter::once(("MODEL", Some(title))).chain(rows) {
        writeln!(out, "{id:width$}  {}", other.unwrap_or("-"))?;
    }
    out.flush()
}
