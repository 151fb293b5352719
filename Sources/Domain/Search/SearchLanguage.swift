/// The language a helpdesk's tickets are searched in: a text search configuration of PostgreSQL 15, by its name.
package enum SearchLanguage: String, CaseIterable, Sendable {
    /// Words as they are written, in whatever language.
    case simple
    case arabic
    case armenian
    case basque
    case catalan
    case danish
    case dutch
    case english
    case finnish
    case french
    case german
    case greek
    case hindi
    case hungarian
    case indonesian
    case irish
    case italian
    case lithuanian
    case nepali
    case norwegian
    case portuguese
    case romanian
    case russian
    case serbian
    case spanish
    case swedish
    case tamil
    case turkish
    case yiddish
}
