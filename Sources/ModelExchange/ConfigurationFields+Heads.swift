import Files
import Inference

extension ConfigurationFields {
  /// A number of heads that share a width evenly.
  func headCount(
    _ key: String, sharing width: Int, _ widthKey: String
  ) throws(HuggingFaceConfigurationError) -> Int {
    let heads = try size(key, atMost: SizeLimit.width)
    guard width % heads == 0 else {
      throw .inconsistent(path: path, reason: "\(key) \(heads) does not divide \(widthKey) \(width)")
    }
    return heads
  }
}

/// The number whose shortest digits are the same: 1e-5 in single precision is 1e-5 again, not 9.99999974737875e-06.
func shortest(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }
