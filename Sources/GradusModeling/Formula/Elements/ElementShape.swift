// SPDX-License-Identifier: Apache-2.0

/// A formula with its variables and numbers left open: what many addends of a model have in common.
///
/// Two nodes have the same shape when the same operations stand in the same places, with the same repetitions of
/// variables and shared sub-expressions; the variables themselves and the numbers (weights, offsets, constants) may
/// differ. Exponents belong to the shape, because the derivatives depend on them as on an operation.
struct ElementShape: Sendable, Hashable {
  /// For each inner node, arguments before users: the operation and the number of its arguments, an exponent in two words
  /// where the operation has one, and one word an argument (`Argument`).
  var words: [UInt32] = []
  /// Elements of the objective and elements of rows do not mix.
  var isObjective = false

  /// An argument in one word.
  enum Argument {
    case inner(Int), variable(Int), number(Int)

    init(_ word: UInt32) {
      let index = Int(word & 0x3FFF_FFFF)
      switch word >> 30 {
      case 0: self = .inner(index)
      case 1: self = .variable(index)
      default: self = .number(index)
      }
    }

    var word: UInt32 {
      switch self {
      case .inner(let k): UInt32(k)
      case .variable(let k): 1 << 30 | UInt32(k)
      case .number(let k): 2 << 30 | UInt32(k)
      }
    }
  }

  /// One inner node, read back. Numbers of a sum: the offset, then one weight an argument, from `firstNumber` on.
  struct Node {
    var operation: FormulaOperation
    var exponent = 0.0
    var arguments: [Argument]
    var firstNumber = 0
  }

  /// The inner nodes, arguments before users; the last is the root.
  var nodes: [Node] {
    var result: [Node] = []
    var numbers = 0
    var k = 0
    while k < words.count {
      let head = words[k]
      guard let operation = FormulaOperation(rawValue: UInt8(head & 0xFF)) else { return result }
      var node = Node(operation: operation, arguments: [], firstNumber: numbers)
      k += 1
      if operation == .constantPower {
        node.exponent = Double(bitPattern: UInt64(words[k]) << 32 | UInt64(words[k + 1]))
        k += 2
      }
      let count = Int(head >> 8)
      for word in words[k..<k + count] { node.arguments.append(Argument(word)) }
      k += count
      if operation == .sum { numbers += 1 + count }
      numbers += node.arguments.count {
        if case .number = $0 { true } else { false }
      }
      result.append(node)
    }
    return result
  }
}

extension FormulaOperation {
  /// True for operations that element programs evaluate; formulas with others stay in the tape.
  var standsInElements: Bool {
    switch self {
    case .sum, .product, .quotient, .power, .constantPower, .square, .squareRoot, .exponential, .logarithm,
      .logarithm10,
      .sine, .cosine, .tangent, .arcSine, .arcCosine, .arcTangent, .hyperbolicSine, .hyperbolicCosine,
      .hyperbolicTangent, .inverseHyperbolicSine, .inverseHyperbolicCosine, .inverseHyperbolicTangent:
      true
    default: false
    }
  }

  /// True for functions that cost many multiplications and that no vector instruction computes.
  var isExpensive: Bool {
    switch self {
    case .sum, .product, .quotient, .square, .squareRoot, .constantPower: false
    default: true
    }
  }
}
