// SPDX-License-Identifier: Apache-2.0

/// A dense real vector: a value, contiguous, copied on write.
///
/// Arithmetic that allocates is spelled with operators for readability outside hot loops;
/// loops that must not allocate use the kernels on spans (`axpy`, `dot`, …).
public struct Vector: Sendable, Hashable, ExpressibleByArrayLiteral {
  public var elements: [Double]

  @inlinable
  public init(_ elements: [Double]) { self.elements = elements }

  @inlinable
  public init(arrayLiteral elements: Double...) { self.elements = elements }

  /// A vector of `count` equal elements.
  @inlinable
  public init(repeating value: Double, count: Int) { elements = [Double](repeating: value, count: count) }

  /// The zero vector of dimension `count`.
  @inlinable
  public static func zeros(_ count: Int) -> Vector { Vector(repeating: 0, count: count) }

  @inlinable
  public var count: Int { elements.count }

  @inlinable
  public var indices: Range<Int> { elements.indices }

  /// Entry `i`, from 0. Writing to a shared vector copies it once.
  @inlinable
  public subscript(i: Int) -> Double {
    get { elements[i] }
    _modify { yield &elements[i] }
  }
}

extension Vector {
  /// The Euclidean norm, without overflow for entries up to the square root of the largest number.
  public var norm: Double { dot(elements.span, elements.span).squareRoot() }

  /// max |xᵢ|; 0 for the empty vector, NaN when an entry is NaN.
  public var maximumMagnitude: Double {
    var largest = 0.0
    for x in elements {
      if x.isNaN { return .nan }
      largest = max(largest, abs(x))
    }
    return largest
  }

  /// True when every entry is a finite number.
  public var isFinite: Bool { elements.allSatisfy(\.isFinite) }

  /// The sum, entry by entry.
  public static func + (a: Vector, b: Vector) -> Vector {
    precondition(a.count == b.count, "vectors of \(a.count) and \(b.count) elements cannot be added")
    return Vector(a.indices.map { a[$0] + b[$0] })
  }

  /// The difference, entry by entry.
  public static func - (a: Vector, b: Vector) -> Vector {
    precondition(a.count == b.count, "vectors of \(a.count) and \(b.count) elements cannot be subtracted")
    return Vector(a.indices.map { a[$0] - b[$0] })
  }

  /// Every entry times s.
  public static func * (s: Double, a: Vector) -> Vector { Vector(a.elements.map { s * $0 }) }

  /// −a, entry by entry.
  public static prefix func - (a: Vector) -> Vector { Vector(a.elements.map { -$0 }) }

  /// The inner product xᵀy, summed in the fixed tree of `dot`.
  public func inner(_ other: Vector) -> Double { dot(elements.span, other.elements.span) }
}
