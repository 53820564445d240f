// SPDX-License-Identifier: Apache-2.0

/// What a value is in Fortran: division and powers of integers give integers.
enum FortranKind: Hashable {
  case integer, real, logical
}

/// One step of an expression in postfix order, on a stack of nodes.
enum FortranInstruction: Hashable {
  case number(Double)
  case load(Int)
  case negate, add, subtract
  case unary(FormulaOperation)
  case binary(FormulaOperation)
  /// SIGN(a, b): |a| with the sign of b, + where b is 0.
  case sign
  /// DIM(a, b): max(a − b, 0).
  case positiveDifference
}

/// A place where a value may stand: a variable, a parameter or a temporary.
struct FortranSlot {
  var index: Int
  var kind: FortranKind
}

/// The names that an expression may use, in upper case.
struct FortranScope {
  private var slots: [String: FortranSlot] = [:]
  private(set) var count = 0

  func slot(_ name: String) -> FortranSlot? { slots[name] }

  /// Gives the name a slot of its own, before any that had the name so far.
  @discardableResult
  mutating func declare(_ name: String, _ kind: FortranKind) -> FortranSlot {
    let slot = FortranSlot(index: count, kind: kind)
    slots[name.uppercased()] = slot
    count += 1
    return slot
  }
}

/// An assignment of a function: slot := code, always or under a condition that stands in another slot.
struct SIFStatement {
  var target: Int
  var condition: (slot: Int, holds: Bool)?
  var code: [FortranInstruction]
}

/// The function of a type, ready to be built into a graph for any arguments.
struct SIFFunction {
  var slotCount = 0
  /// Slots of the variables as the problem gives them.
  var variables: [Int] = []
  var parameters: [Int] = []
  /// Internal variables: Σ weight·variable, with the number of the variable.
  var internals: [(slot: Int, terms: [(weight: Double, variable: Int)])] = []
  /// Only what the value needs, in order.
  var statements: [SIFStatement] = []
  var value: [FortranInstruction] = []

  /// The number of steps of one evaluation.
  var cost: Int { statements.reduce(value.count + internals.count + variables.count) { $0 + $1.code.count } }

  /// Leaves out assignments that the value does not use, as those for derivatives.
  mutating func dropUnused() {
    var needed = [Bool](repeating: false, count: slotCount)
    func mark(_ code: [FortranInstruction]) { for case .load(let slot) in code { needed[slot] = true } }
    mark(value)
    var kept: [SIFStatement] = []
    for statement in statements.reversed() where needed[statement.target] {
      if let condition = statement.condition {
        needed[condition.slot] = true
      } else {
        needed[statement.target] = false
      }
      mark(statement.code)
      kept.append(statement)
    }
    statements = kept.reversed()
  }

  /// The node of the value for these arguments. A temporary that no branch has set is not a number.
  func node(
    in graph: inout FormulaGraph, variables arguments: [FormulaGraph.Node], parameters numbers: [Double]
  ) -> FormulaGraph.Node {
    let undefined = graph.constant(.nan)
    var slots = [FormulaGraph.Node](repeating: undefined, count: slotCount)
    for (slot, argument) in zip(variables, arguments) { slots[slot] = argument }
    for (slot, number) in zip(parameters, numbers) { slots[slot] = graph.constant(number) }
    for (slot, terms) in internals { slots[slot] = graph.sum(terms.map { ($0.weight, arguments[$0.variable]) }) }
    for statement in statements {
      let new = SIFFunction.value(statement.code, slots, &graph)
      guard let (condition, holds) = statement.condition else {
        slots[statement.target] = new
        continue
      }
      var whenTrue = slots[statement.target]
      var whenFalse = whenTrue
      let old = whenTrue
      // A second branch under the same condition replaces one side instead of nesting.
      if graph.operations[Int(old)] == .conditional, graph.argument(0, of: old) == slots[condition] {
        whenTrue = graph.argument(1, of: old)
        whenFalse = graph.argument(2, of: old)
      }
      if holds { whenTrue = new } else { whenFalse = new }
      slots[statement.target] = graph.conditional(slots[condition], whenTrue, whenFalse)
    }
    return SIFFunction.value(value, slots, &graph)
  }

  private static func value(
    _ code: [FortranInstruction], _ slots: [FormulaGraph.Node], _ graph: inout FormulaGraph
  ) -> FormulaGraph.Node {
    var stack: [FormulaGraph.Node] = []
    func pop() -> FormulaGraph.Node {
      guard let node = stack.popLast() else { preconditionFailure("the parser keeps the stack balanced") }
      return node
    }
    for instruction in code {
      switch instruction {
      case .number(let value): stack.append(graph.constant(value))
      case .load(let slot): stack.append(slots[slot])
      case .negate: stack.append(graph.negated(pop()))
      case .add:
        let b = pop()
        stack.append(graph.sum([(1, pop()), (1, b)]))
      case .subtract:
        let b = pop()
        stack.append(graph.sum([(1, pop()), (-1, b)]))
      case .unary(let operation): stack.append(graph.unary(operation, pop()))
      case .binary(let operation):
        let b = pop()
        stack.append(graph.binary(operation, pop(), b))
      case .sign:
        let b = pop()
        let size = graph.unary(.absolute, pop())
        let isPositive = graph.binary(.greaterOrEqual, b, graph.constant(0))
        stack.append(graph.conditional(isPositive, size, graph.negated(size)))
      case .positiveDifference:
        let b = pop()
        let difference = graph.sum([(1, pop()), (-1, b)])
        stack.append(graph.binary(.maximum, difference, graph.constant(0)))
      }
    }
    return pop()
  }
}
