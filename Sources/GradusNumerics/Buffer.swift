// SPDX-License-Identifier: Apache-2.0

/// A flat array of plain numbers that is saved as one raw block: parameters, moments, populations.
///
/// A value, contiguous, copied on write. Where a `BlockStore` travels with the coder the elements are stored as bytes and
/// the coder sees only the number of the block; otherwise they are an ordinary array.
public struct Buffer<Element: BitwiseCopyable & Codable & Sendable>: Sendable, ExpressibleByArrayLiteral {
  public var elements: [Element]

  @inlinable
  public init(_ elements: [Element]) { self.elements = elements }

  @inlinable
  public init(arrayLiteral elements: Element...) { self.elements = elements }

  @inlinable
  public init(repeating value: Element, count: Int) { elements = [Element](repeating: value, count: count) }

  @inlinable
  public var count: Int { elements.count }

  /// Element `i`, from 0. Writing to a shared buffer copies it once.
  @inlinable
  public subscript(i: Int) -> Element {
    get { elements[i] }
    _modify { yield &elements[i] }
  }
}

extension Buffer: Equatable where Element: Equatable {}
extension Buffer: Hashable where Element: Hashable {}
