import FoundationEssentials

/// Any JSON value: what files of other programs hold, and what a checkpoint carries for the trainer.
///
/// ```swift
/// let payload = try JSONValue(encoding: scaler)        // on the way in
/// let scaler = try payload.decoded(as: Scaler.self)    // on the way out
/// ```
/// Numbers come back exactly: integers as integers, floating-point ones by their shortest digits. Infinities and NaN,
/// which JSON lacks, become the strings `inf`, `-inf` and `nan`.
public enum JSONValue: Hashable, Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  /// Only values that `Int` cannot hold.
  case unsigned(UInt64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// The JSON form of `value`; throws what its `encode(to:)` throws.
  public init(encoding value: some Encodable) throws {
    self = try JSONDecoder().decode(JSONValue.self, from: Self.encoder().encode(value))
  }

  /// The value of which this is the JSON form; throws `DecodingError` where it is another type's.
  public func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(type, from: Self.encoder().encode(self))
  }

  /// An encoder that accepts every number.
  public static func encoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }
}

extension JSONValue: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = container.decodeIfPossible(Bool.self) {
      self = .boolean(value)
    } else if let value = container.decodeIfPossible(Int.self) {
      // `-0` is an integer to the decoder, and would lose its sign.
      let isNegativeZero = value == 0 && container.decodeIfPossible(Double.self)?.sign == .minus
      self = isNegativeZero ? .number(-0.0) : .integer(value)
    } else if let value = container.decodeIfPossible(UInt64.self) {
      self = .unsigned(value)
    } else if let value = container.decodeIfPossible(Double.self) {
      self = .number(value)
    } else if let value = container.decodeIfPossible(String.self) {
      self = .string(value)
    } else if let value = container.decodeIfPossible([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .unsigned(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

extension SingleValueDecodingContainer {
  /// The value as `type`, or `nil` if it is of another type: the only way a decoder tells what it holds.
  ///
  /// Every error counts as another type: for a number that does not fit, the decoder throws one it keeps to itself.
  fileprivate func decodeIfPossible<Value: Decodable>(_ type: Value.Type) -> Value? {
    do {
      return try decode(type)
    } catch {
      return nil
    }
  }
}
