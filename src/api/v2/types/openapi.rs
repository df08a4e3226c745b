//! The OpenAPI 3.1 document of this API: its addresses, their parameters, and what they answer.

use std::collections::BTreeMap;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::json_schema;
use super::objects;
use super::objects::Showing;
use crate::api::v2::columns;
use crate::api::v2::endpoint::Endpoint;
use crate::api::v2::face::Faces;
use crate::schema::Kind;
use crate::schema::Schema;

/// What a document says of the site that is no type.
pub struct About<'a> {
    /// The address that the API is reached at.
    pub server: &'a str,
    /// Items that a list answers at most.
    pub limit_max: usize,
}

/// The document.
pub fn openapi(schema: &Schema, faces: &Faces, about: &About<'_>) -> Value {
    let forms = objects::definitions(schema, faces);
    let schemas: Map<String, Value> =
        forms.iter().map(|(name, form)| (name.clone(), json_schema::schema(form))).collect();
    let mut paths = Map::new();
    for (name, endpoint) in endpoints(schema) {
        let shown = Shown { schema, faces, about, endpoint };
        paths.insert(format!("/api/v2/{name}/"), json!({ "get": shown.list(&name) }));
        paths.insert(format!("/api/v2/{name}/{{id}}/"), json!({ "get": shown.detail(&name) }));
        paths.insert(format!("/api/v2/{name}/find/"), json!({ "get": shown.find(&name) }));
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Delivery API", "version": "2" },
        "servers": [{ "url": about.server.trim_end_matches('/') }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": refusals(),
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
        "security": [{}, { "token": [] }],
    })
}

fn endpoints(schema: &Schema) -> Vec<(String, Endpoint)> {
    let own = [
        ("pages", Endpoint::Pages),
        ("images", Endpoint::Images),
        ("documents", Endpoint::Documents),
        ("redirects", Endpoint::Redirects),
    ];
    let snippets = schema.of_kind(Kind::Snippet).filter_map(|declared| {
        Some((declared.endpoint.clone()?, Endpoint::Snippets(declared.label.clone())))
    });
    own.into_iter().map(|(name, endpoint)| (name.to_owned(), endpoint)).chain(snippets).collect()
}

/// The two kinds of refusal, by status.
fn refusals() -> Value {
    let refusal = |name: &str, description: &str| {
        let schema = json!({
            "type": "object",
            "properties": { name: { "type": "string" } },
            "required": [name],
            "additionalProperties": false,
        });
        json!({ "description": description, "content": { "application/json": { "schema": schema } } })
    };
    json!({
        "400": refusal("message", "A parameter makes no sense; the message names it."),
        "401": refusal("detail", "A token is needed, or this one is not good."),
        "403": refusal("detail", "This token does not show drafts."),
        "404": refusal("message", "There is none, or none that may be seen."),
        "406": refusal("detail", "No form of the answer suits the Accept header."),
    })
}

struct Shown<'a> {
    schema: &'a Schema,
    faces: &'a Faces,
    about: &'a About<'a>,
    endpoint: Endpoint,
}

impl Shown<'_> {
    fn list(&self, name: &str) -> Value {
        let items = json!({ "anyOf": self.forms(Showing::Listed) });
        let list = json!({
            "type": "object",
            "properties": {
                "meta": {
                    "type": "object",
                    "properties": {
                        "total_count": { "type": "integer", "minimum": 0 },
                        "next": {
                            "type": ["string", "null"],
                            "format": "uri",
                            "description": "with cursor alone: the address of what follows; null at the end",
                        },
                    },
                    "required": ["total_count"],
                    "additionalProperties": false,
                },
                "items": { "type": "array", "items": items },
            },
            "required": ["meta", "items"],
            "additionalProperties": false,
        });
        json!({
            "operationId": format!("list_{name}"),
            "parameters": self.list_parameters(),
            "responses": responses("A list.", &list),
        })
    }

    fn detail(&self, name: &str) -> Value {
        let mut parameters = vec![json!({
            "name": "id", "in": "path", "required": true, "schema": { "type": "integer", "minimum": 0 },
        })];
        parameters
            .extend(["fields", "rich_text_format", "renditions", "draft"].map(|name| self.operation(name)));
        json!({
            "operationId": format!("show_{name}"),
            "parameters": parameters,
            "responses": responses("One object.", &json!({ "anyOf": self.forms(Showing::Detail) })),
        })
    }

    fn find(&self, name: &str) -> Value {
        let text = |name: &str, schema: Value| json!({ "name": name, "in": "query", "schema": schema });
        json!({
            "operationId": format!("find_{name}"),
            "parameters": [
                text("html_path", json!({ "type": "string" })),
                text("id", json!({ "type": "integer", "minimum": 0 })),
                self.operation("draft"),
            ],
            "responses": {
                "302": {
                    "description": "Location is the object's address.",
                    "headers": { "Location": { "schema": { "type": "string", "format": "uri" } } },
                },
                "404": { "$ref": "#/components/responses/404" },
            },
        })
    }

    /// What a view shows unasked, and what it can show, of every type that the endpoint serves.
    fn forms(&self, view: Showing) -> Vec<Value> {
        let label = self.endpoint.label().to_owned();
        let labels: Vec<String> = match self.endpoint {
            Endpoint::Pages => self.schema.pages().map(|declared| declared.label.clone()).collect(),
            _ => vec![label.clone()],
        };
        let any = (view == Showing::Listed && self.endpoint == Endpoint::Pages).then_some(label);
        let views = [view, Showing::Asked];
        let named =
            |label: &String| views.map(|view| format!("{}{label}{}", json_schema::NAMED, view.suffix()));
        labels.iter().chain(&any).flat_map(named).map(|reference| json!({ "$ref": reference })).collect()
    }

    fn list_parameters(&self) -> Vec<Value> {
        let operations = self.endpoint.operations().iter().filter(|name| !["_", "format"].contains(name));
        let mut parameters: Vec<Value> = operations.map(|name| self.operation(name)).collect();
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let own = [self.endpoint.label().to_owned()];
        let typed = self.schema.pages().map(|declared| declared.label.clone());
        let typed = typed.filter(|_| self.endpoint == Endpoint::Pages);
        for label in own.iter().cloned().chain(typed) {
            for field in &self.faces.get(&label).fields {
                let is_known = self.endpoint.operations().contains(&field.name.as_str());
                if !is_known && columns::stored(self.faces.get(&label), &field.name).is_some() {
                    fields.entry(field.name.clone()).or_default().push(label.clone());
                }
            }
        }
        parameters.extend(fields.into_iter().map(|(name, labels)| {
            let of_all = labels.contains(&own[0]);
            let description = match of_all {
                true => "exactly this value".to_owned(),
                false => format!("exactly this value; with type={}", labels.join(" or ")),
            };
            json!({
                "name": name, "in": "query", "description": description, "schema": { "type": "string" },
            })
        }));
        parameters
    }

    fn operation(&self, name: &str) -> Value {
        let schema = match name {
            "limit" => json!({ "type": "integer", "minimum": 0, "maximum": self.about.limit_max }),
            "offset" => json!({ "type": "integer", "minimum": 0 }),
            "search_operator" => json!({ "type": "string", "enum": ["and", "or"] }),
            "rich_text_format" => {
                json!({ "type": "string", "enum": ["db_html", "html", "db_markdown", "markdown"] })
            }
            "draft" => json!({ "type": "boolean" }),
            _ => json!({ "type": "string" }),
        };
        let description = match name {
            "limit" => "items at most",
            "offset" => "items that are passed over",
            "cursor" => "empty to begin with; meta.next is the address of what follows",
            "fields" => {
                "fields joined by commas: names add, -name leaves out, * is all, _ is none; name(…) chooses within"
            }
            "order" => "fields joined by commas, - before a descending one; or random",
            "search" => "whole words",
            "search_operator" => "whether all words or any must be found",
            "rich_text_format" => "the form of rich text",
            "renditions" => "filter specs joined by commas: width-400,fill-800x600|format-webp",
            "draft" => {
                "with a token for drafts: the latest draft of everything, published or not; any field may be null in one"
            }
            "type" => "page types joined by commas",
            "child_of" => "the id of the page directly above, or root",
            "descendant_of" => "the id of a page above, or root",
            "ancestor_of" => "the id of a page beneath",
            "translation_of" => "the id of a page in another language, or root",
            "locale" => "a language code",
            "site" => "hostname or hostname:port of a site",
            _ => "",
        };
        json!({ "name": name, "in": "query", "description": description, "schema": schema })
    }
}

fn responses(description: &str, schema: &Value) -> Value {
    let mut responses = json!({
        "200": { "description": description, "content": { "application/json": { "schema": schema } } },
    });
    for status in ["400", "401", "403", "404", "406"] {
        responses[status] = json!({ "$ref": format!("#/components/responses/{status}") });
    }
    responses
}
