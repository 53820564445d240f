// SPDX-License-Identifier: Apache-2.0

/// The extents of a tensor along its axes, at most eight of them, without an allocation.
///
/// Axes are counted from 0, or from the end by negative numbers: −1 is the last one. As in broadcasting, axes that a shape
/// does not have count as 1.
public struct TensorShape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
  private var extents = SIMD8<Int32>(repeating: 1)
  /// The number of axes; 0 for a scalar.
  public private(set) var rank: Int

  /// A scalar's shape.
  public init() { rank = 0 }

  /// The shape with these extents, slowest axis first.
  public init(_ extents: some Collection<Int>) {
    precondition(extents.count <= 8, "a tensor has at most 8 axes, not \(extents.count)")
    rank = extents.count
    for (axis, extent) in extents.enumerated() {
      precondition(extent >= 0 && extent <= Int(Int32.max), "an axis of \(extent) elements is out of range")
      self.extents[axis] = Int32(truncatingIfNeeded: extent)
    }
  }

  public init(arrayLiteral extents: Int...) { self.init(extents) }

  /// A shape of `rank` axes of extent 1, to be filled in.
  init(rank: Int) {
    precondition(rank <= 8, "a tensor has at most 8 axes, not \(rank)")
    self.rank = rank
  }

  /// The extent along `axis`.
  public subscript(axis: Int) -> Int {
    get {
      let axis = axis < 0 ? rank + axis : axis
      return axis >= 0 && axis < rank ? Int(extents[axis]) : 1
    }
    set {
      let axis = axis < 0 ? rank + axis : axis
      precondition(axis >= 0 && axis < rank, "a shape of \(rank) axes has no axis \(axis)")
      extents[axis] = Int32(truncatingIfNeeded: newValue)
    }
  }

  /// The number of elements.
  public var count: Int {
    var product = 1
    for axis in 0..<rank { product *= Int(extents[axis]) }
    return product
  }

  /// The extents as an array.
  public var dimensions: [Int] { (0..<rank).map { Int(extents[$0]) } }

  public var description: String { "[" + dimensions.map(String.init).joined(separator: ", ") + "]" }

  /// `axis` counted from 0; nil when there is no such axis.
  func axis(_ axis: Int) -> Int? {
    let positive = axis < 0 ? rank + axis : axis
    return positive >= 0 && positive < rank ? positive : nil
  }

  /// The product of the extents of the axes in `range`.
  func product(_ range: Range<Int>) -> Int {
    var product = 1
    for axis in range { product *= Int(extents[axis]) }
    return product
  }

  /// The shape that both stretch to, axis by axis from the last one; nil when two extents differ and neither is 1.
  public func broadcast(with other: TensorShape) -> TensorShape? {
    if self == other { return self }
    var result = TensorShape(rank: max(rank, other.rank))
    for axis in 1...max(1, result.rank) where axis <= result.rank {
      let a = self[-axis], b = other[-axis]
      guard a == b || a == 1 || b == 1 else { return nil }
      result[-axis] = a == 1 ? b : a
    }
    return result
  }
}
