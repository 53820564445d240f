// SPDX-License-Identifier: Apache-2.0

/// Where each named tensor lies in the one flat buffer of parameters.
public struct Layout: Sendable, Codable, Hashable {
  /// One tensor: row-major from `offset`.
  public struct Slot: Sendable, Codable, Hashable {
    public var name: String
    public var shape: [Int]
    public var offset: Int
    /// True for a linear map whose rows belong to inputs and columns to outputs. Rules that take a row for one neuron are
    /// shown its transpose.
    public var isInputsFirst = false

    public var count: Int { shape.reduce(1, *) }
    /// Its place in the buffer.
    public var range: Range<Int> { offset..<offset + count }
  }

  public private(set) var slots: [Slot] = []
  /// Numbers in the buffer.
  public private(set) var count = 0

  public init() {}

  /// The tensors one behind the other, in this order.
  public init(_ tensors: [(name: String, shape: [Int])]) {
    for (name, shape) in tensors { append(name, shape) }
  }

  /// A tensor behind all others. Names are unique; a tensor whose rows belong to inputs has two axes.
  public mutating func append(_ name: String, _ shape: [Int], isInputsFirst: Bool = false) {
    precondition(!isInputsFirst || shape.count == 2, "tensor \(name) of shape \(shape) is no linear map")
    precondition(shape.allSatisfy { $0 > 0 }, "tensor \(name) has an empty axis in its shape \(shape)")
    precondition(!slots.contains { $0.name == name }, "there are two tensors \(name)")
    slots.append(Slot(name: name, shape: shape, offset: count, isInputsFirst: isInputsFirst))
    count += slots[slots.count - 1].count
  }

  /// The tensor of this name.
  public subscript(name: String) -> Slot? { slots.first { $0.name == name } }

  /// Whether some linear map has rows that belong to inputs.
  public var hasInputsFirst: Bool { slots.contains(where: \.isInputsFirst) }
}
