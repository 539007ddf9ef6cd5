/// A group of configuration keys.
///
/// Each key is declared once, in `visitFields`: its name, the property that holds it (whose initial value is the
/// default), what is permitted, when it applies. Reading, writing and comparing are visitors of these declarations.
protocol ConfigurationSection: Equatable, Sendable {
  init()
  mutating func visitFields<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure)
}

/// What is declared about one key beside its property.
struct Field<Value>: Sendable {
  var key: String
  var permitted: Permitted<Value>
  /// The word that stands for `nil` where the property is optional.
  var wordForNil: String?
  var isRequired: Bool
  var effect: FieldEffect
  var fit: FieldFit
}

/// What changes when a key's value changes.
enum FieldEffect: Sendable {
  /// The parameters after some step: a checkpoint cannot be resumed with another value.
  case results
  /// How many steps there are: the results too, under a schedule that spans them all.
  case length
  /// Only where data lie, what is reported and saved, and whether training ends early.
  case course
}

/// Whether a key applies, given the section's kind or another of its choices.
struct FieldFit: Sendable {
  var holds: Bool
  /// `sgd, rmsprop`: the kinds it applies to, for the error message.
  var kinds: String
  var actualKind: String
  /// The key that holds the kind.
  var key = "kind"

  static let always = FieldFit(holds: true, kinds: "", actualKind: "")

  /// - Parameter key: what the choice `actual` is the value of.
  static func only<Kind: ConfigurationChoice>(
    _ kinds: Kind..., where actual: Kind, key: String = "kind"
  ) -> FieldFit {
    FieldFit(
      holds: kinds.contains(actual), kinds: kinds.map(\.rawValue).joined(separator: ", "),
      actualKind: actual.rawValue, key: key)
  }
}

protocol FieldVisitor {
  associatedtype Failure: Error

  mutating func visit<Value: ConfigurationValue>(
    _ field: Field<Value>, _ value: inout Value) throws(Failure)
  mutating func visit<Value: ConfigurationValue>(
    _ field: Field<Value>, optional value: inout Value?) throws(Failure)
  mutating func visit<Section: ConfigurationSection>(
    section key: String, _ section: inout Section, isRequired: Bool) throws(Failure)
  /// `none` stands for no section; naming any of its keys switches it on.
  mutating func visit<Section: ConfigurationSection>(
    optionalSection key: String, _ section: inout Section?, effect: FieldEffect, fits fit: FieldFit) throws(Failure)
}

extension FieldVisitor {
  mutating func visit<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value, _ permitted: Permitted<Value> = .any, isRequired: Bool = false,
    effect: FieldEffect = .results, fits fit: FieldFit = .always
  ) throws(Failure) {
    let field = Field(
      key: key, permitted: permitted, wordForNil: nil, isRequired: isRequired, effect: effect, fit: fit)
    try visit(field, &value)
  }

  mutating func visit<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value?, or wordForNil: String, _ permitted: Permitted<Value> = .any,
    isRequired: Bool = false, effect: FieldEffect = .results, fits fit: FieldFit = .always
  ) throws(Failure) {
    let field = Field(
      key: key, permitted: permitted, wordForNil: wordForNil, isRequired: isRequired, effect: effect, fit: fit)
    try visit(field, optional: &value)
  }

  mutating func visit<Section: ConfigurationSection>(
    optionalSection key: String, _ section: inout Section?, effect: FieldEffect
  ) throws(Failure) {
    try visit(optionalSection: key, &section, effect: effect, fits: .always)
  }
}
