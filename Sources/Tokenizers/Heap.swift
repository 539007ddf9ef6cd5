/// A priority queue: a binary heap whose smallest element comes out first.
///
/// Which of two equal elements comes first is not stated; orders used here are total.
struct Heap<Element: Comparable> {
  private var elements: [Element] = []

  var count: Int { elements.count }

  init() {}

  /// - Complexity: O(log count).
  mutating func push(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if elements[parent] <= elements[child] { break }
      elements.swapAt(parent, child)
      child = parent
    }
  }

  /// The smallest element, `nil` where there is none.
  ///
  /// - Complexity: O(log count).
  mutating func pop() -> Element? {
    guard let last = elements.popLast() else { return nil }
    guard let top = elements.first else { return last }
    elements[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= elements.count { break }
      if child + 1 < elements.count, elements[child + 1] < elements[child] { child += 1 }
      if elements[parent] <= elements[child] { break }
      elements.swapAt(parent, child)
      parent = child
    }
    return top
  }
}
