// SPDX-License-Identifier: Apache-2.0

/// The operators of `.nl` expressions by their numbers (Gay 2005, Table 9; AMPL Solver Library `opnos.hd`).
enum NLOperator {
  case unary(FormulaOperation)
  case binary(FormulaOperation)
  /// A list that is folded with a binary operation.
  case list(FormulaOperation)
  case plus, minus, lessDifference, negate, square, power
  /// round and trunc, with the number of decimals as second argument.
  case decimals(FormulaOperation)
  case conditional, sum, count, numberOf, equivalence, piecewiseLinear
  /// Known and not supported.
  case refused(String)

  init?(_ code: Int) {
    switch code {
    case 0: self = .plus
    case 1: self = .minus
    case 2: self = .binary(.product)
    case 3: self = .binary(.quotient)
    case 4: self = .binary(.remainder)
    case 5, 76, 78: self = .power
    case 6: self = .lessDifference
    case 11: self = .list(.minimum)
    case 12: self = .list(.maximum)
    case 16: self = .negate
    case 20: self = .binary(.or)
    case 21: self = .binary(.and)
    case 35, 72: self = .conditional
    case 54: self = .sum
    case 57: self = .decimals(.round)
    case 58: self = .decimals(.truncate)
    case 59: self = .count
    case 60: self = .numberOf
    case 64: self = .piecewiseLinear
    case 70: self = .list(.and)
    case 71: self = .list(.or)
    case 73: self = .equivalence
    case 77: self = .square
    default:
      if let operation = Self.functions[code] {
        self = .unary(operation)
      } else if let operation = Self.comparisons[code] {
        self = .binary(operation)
      } else if let name = Self.refusals[code] {
        self = .refused(name)
      } else {
        return nil
      }
    }
  }

  private static let functions: [Int: FormulaOperation] = [
    13: .floor, 14: .ceiling, 15: .absolute, 34: .not, 37: .hyperbolicTangent, 38: .tangent, 39: .squareRoot,
    40: .hyperbolicSine, 41: .sine, 42: .logarithm10, 43: .logarithm, 44: .exponential, 45: .hyperbolicCosine,
    46: .cosine, 47: .inverseHyperbolicTangent, 49: .arcTangent, 50: .inverseHyperbolicSine, 51: .arcSine,
    52: .inverseHyperbolicCosine, 53: .arcCosine,
  ]

  /// Comparisons and what else takes two arguments; atleast, atmost and their like compare a number with a count.
  private static let comparisons: [Int: FormulaOperation] = [
    22: .less, 23: .lessOrEqual, 24: .equal, 28: .greaterOrEqual, 29: .greater, 30: .notEqual, 48: .arcTangent2,
    55: .integerQuotient, 62: .lessOrEqual, 63: .greaterOrEqual, 66: .equal, 67: .greater, 68: .less, 69: .notEqual,
  ]

  private static let refusals: [Int: String] = [
    56: "precision", 61: "numberof for symbols", 65: "if with symbols", 74: "alldiff", 75: "not alldiff",
    79: "the call of an external function", 81: "a character string",
  ]

  /// The number of arguments; nil for lists and piecewise-linear terms, which state it.
  var arity: Int? {
    switch self {
    case .unary, .negate, .square: 1
    case .binary, .plus, .minus, .lessDifference, .power, .decimals, .equivalence: 2
    case .conditional: 3
    case .list, .sum, .count, .numberOf, .piecewiseLinear, .refused: nil
    }
  }

  /// The node of this operator over `arguments`, of which there are as many as the operator takes.
  func node(_ arguments: ArraySlice<FormulaGraph.Node>, in graph: inout FormulaGraph) -> FormulaGraph.Node {
    let a = arguments[arguments.startIndex]
    let b = arguments.count > 1 ? arguments[arguments.startIndex + 1] : a
    switch self {
    case .unary(let operation): return graph.unary(operation, a)
    case .binary(let operation): return graph.binary(operation, a, b)
    case .list(let operation): return arguments.dropFirst().reduce(a) { graph.binary(operation, $0, $1) }
    case .plus: return graph.sum([(1, a), (1, b)])
    case .minus: return graph.sum([(1, a), (-1, b)])
    case .lessDifference:
      let difference = graph.sum([(1, a), (-1, b)])
      return graph.binary(.maximum, difference, graph.constant(0))
    case .negate: return graph.negated(a)
    case .square: return graph.power(a, exponent: 2)
    case .power: return graph.power(a, b)
    case .decimals(let operation):
      guard let digits = graph.constant(at: b), digits != 0 else { return graph.unary(operation, a) }
      let scale = FormulaOperation.power.value(10, digits)
      let scaled = graph.unary(operation, graph.sum([(scale, a)]))
      return graph.quotient(scaled, graph.constant(scale))
    case .conditional: return graph.conditional(a, b, arguments[arguments.startIndex + 2])
    case .sum: return graph.sum(arguments.map { (1, $0) })
    case .count: return graph.sum(arguments.map { (1, truth($0, in: &graph)) })
    case .numberOf: return graph.sum(arguments.dropFirst().map { (1, graph.binary(.equal, a, $0)) })
    case .equivalence:
      let (left, right) = (truth(a, in: &graph), truth(b, in: &graph))
      return graph.binary(.equal, left, right)
    case .piecewiseLinear, .refused: preconditionFailure("the expression reader builds these itself or refuses them")
    }
  }

  /// 1 where the node is not 0; comparisons and logic are that already.
  private func truth(_ node: FormulaGraph.Node, in graph: inout FormulaGraph) -> FormulaGraph.Node {
    if graph.operations[Int(node)].isLogical { return node }
    let zero = graph.constant(0)
    return graph.binary(.notEqual, node, zero)
  }
}
