/// The largest sizes of a model that are believed: above those of every model there is, and low enough that no product of them
/// overflows and no list of their tensors fills the memory.
public enum SizeLimit {
  public static let vocabulary = 1 << 24
  public static let classes = 1 << 16
  public static let context = 1 << 24
  public static let width = 1 << 18
  public static let layers = 1024
  /// Of all layers together.
  public static let experts = 8192
}
