import Files
import Inference
import ModelZoo

/// The content of a `config.json`: the sizes of a model, and the numbers of its special tokens.
public struct HuggingFaceConfiguration: Hashable, Sendable {
  public static let fileName = "config.json"

  public var architecture: LanguageArchitecture
  public var specialTokens: SpecialTokens
  /// A head for so many classes of sequences; `nil`: for tokens.
  public var classes: Int?

  public init(
    _ architecture: LanguageArchitecture, classes: Int? = nil, specialTokens: SpecialTokens = SpecialTokens()
  ) {
    self.architecture = architecture
    self.classes = classes
    self.specialTokens = specialTokens
  }

  /// Throws `JSONFileError` where the file is no JSON, ``HuggingFaceConfigurationError`` where it describes no model of ours:
  /// nothing that would change what the model computes is passed over.
  public init(contentsOf path: String, fileSystem: any FileSystem = LocalFileSystem()) throws {
    let value = try JSONValue(contentsOf: path, byteLimit: 1 << 24, fileSystem: fileSystem)
    guard case .object(let members) = value else { throw HuggingFaceConfigurationError.notAnObject(path: path) }
    let fields = ConfigurationFields(path: path, members: members)
    architecture = try LanguageArchitecture(fields)
    try fields.require("quantization_config", in: [])
    specialTokens = try SpecialTokens(fields)
    classes = try Self.classes(fields)
  }

  /// The model with the head that it has here.
  public func makeModel() -> Model { architecture.makeModel(ModelOptions(classes: classes)) }

  private static func classes(_ fields: ConfigurationFields) throws(HuggingFaceConfigurationError) -> Int? {
    guard case .array(let names)? = fields["architectures"], case .string(let name)? = names.first,
      name.hasSuffix(ClassNames.classifier)
    else { return nil }
    if case .object(let labels)? = fields["id2label"] {
      guard (2...SizeLimit.classes).contains(labels.count) else {
        throw fields.bad("id2label", .object(labels), expected: "from 2 to \(SizeLimit.classes) classes")
      }
      return labels.count
    }
    let count = try fields.size("num_labels", default: 2, atMost: SizeLimit.classes)
    guard count >= 2 else { throw fields.bad("num_labels", .integer(count), expected: "two classes or more") }
    return count
  }

  private var labels: [String: JSONValue] {
    guard let classes else { return [:] }
    let names = (0..<classes).map { ("\($0)", JSONValue.string("LABEL_\($0)")) }
    let numbers = (0..<classes).map { ("LABEL_\($0)", JSONValue.integer($0)) }
    return [
      "id2label": .object(Dictionary(uniqueKeysWithValues: names)),
      "label2id": .object(Dictionary(uniqueKeysWithValues: numbers)),
    ]
  }

  /// The object that the file holds.
  public var json: JSONValue {
    let family = architecture.huggingFace
    let members = family.configuration
      .merging(specialTokens.configuration(of: family)) { $1 }
      .merging(labels) { $1 }
      .merging([
        "model_type": .string(architecture.family.modelType),
        "architectures": .array([.string(family.classNames.name(classes: classes))]),
        "torch_dtype": .string("float32"), "use_cache": .boolean(true),
      ]) { $1 }
    return .object(members)
  }

  /// What `generation_config.json` holds: the special tokens.
  var generation: JSONValue {
    let ids = specialTokens.configuration(of: architecture.huggingFace).filter { $0.value != .null }
    return .object(ids.merging(["_from_model_config": .boolean(true)]) { $1 })
  }
}
