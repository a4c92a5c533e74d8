//! `codex-api models`.

use std::io::{self, Write, stdout};

use codex_api::{Models, ModelsAnswer, ModelsQuery};

use super::{Context, json_line};
use crate::{
    args::ModelsArgs,
    connection::Connection,
    failure::Failure,
    terminal::{Target, one_line},
};

pub(super) async fn run(args: &ModelsArgs, context: &Context) -> Result<(), Failure> {
    let connection = Connection::open(&args.connection, &context.config()?, context).await?;
    let mut query = ModelsQuery::default();
    (query.client_version, query.etag) = (args.client_version.clone(), args.etag.clone());
    let spinner = context.status.spin();
    let answer = connection.client.models().list_if_changed(&query).await;
    drop(spinner);
    let models = match answer.map_err(|error| connection.failure(error))? {
        ModelsAnswer::Changed { models, etag } => {
            if let Some(etag) = etag {
                context.status.detail(format_args!("the ETag of the list is {etag}"));
            }
            models
        }
        _ => {
            context.status.note("the list is unchanged");
            return Ok(());
        }
    };
    let written = if args.json {
        print_json(&models, context.target)
    } else {
        write_table(&mut stdout().lock(), &models)
    };
    written.map_err(Failure::Output)
}

fn print_json(models: &Models, target: Target) -> io::Result<()> {
    match models {
        Models::Public(list) => json_line::print(list, target),
        Models::Catalogue(catalogue) => json_line::print(catalogue, target),
        _ => Ok(()),
    }
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
    let head = std::iter::once(("MODEL", Some(title)));
    let row = |(id, other): (&str, Option<&str>)| (one_line(id), one_line(other.unwrap_or("-")));
    let rows: Vec<_> = head.chain(rows).map(row).collect();
    let width = rows.iter().map(|(id, _)| id.chars().count()).max().unwrap_or(0);
    for (id, other) in rows {
        writeln!(out, "{id:width$}  {other}")?;
    }
    out.flush()
}
