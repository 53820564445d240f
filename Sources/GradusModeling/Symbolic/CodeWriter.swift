// SPDX-License-Identifier: Apache-2.0

/// Translates a graph into instructions that each write a register of their own.
struct CodeWriter {
  private(set) var instructions: [CodeTape.Instruction] = []
  private let graph: FormulaGraph
  private let variableCount: Int
  private let isShared: Bool
  private let limit: Int
  /// Multiples |weight|·node that more than one sum has, and their registers; −1 before they are computed.
  private var multiples: [Multiple: Int32] = [:]

  private struct Multiple: Hashable {
    var weight: Double
    var node: FormulaGraph.Node
  }

  init(_ graph: FormulaGraph, variableCount: Int, isShared: Bool, limit: Int) {
    self.graph = graph
    self.variableCount = variableCount
    self.limit = limit
    self.isShared = isShared
  }

  /// Code for all roots; returns their registers.
  mutating func write(_ roots: [FormulaGraph.Node]) throws(FormulaTooLong) -> [Int32] {
    var result: [Int32] = []
    if isShared {
      let isNeeded = prepare(roots)
      var registers = [Int32](repeating: -1, count: graph.count)
      for i in 0..<graph.count where isNeeded[i] {
        let arguments = graph.range(of: Int32(i)).map { registers[Int(graph.arguments[$0])] }
        registers[i] = try emit(Int32(i), arguments)
      }
      for root in roots { result.append(registers[Int(root)]) }
    } else {
      for root in roots { result.append(try written(root)) }
    }
    return result
  }

  /// A node's code as it is written out: a stack of the arguments' registers in place of recursion.
  private mutating func written(_ root: FormulaGraph.Node) throws(FormulaTooLong) -> Int32 {
    var stack: [(node: FormulaGraph.Node, registers: [Int32])] = [(root, [])]
    while let top = stack.last {
      let places = graph.range(of: top.node)
      if top.registers.count < places.count {
        stack.append((graph.arguments[places.lowerBound + top.registers.count], []))
        continue
      }
      stack.removeLast()
      let register = try emit(top.node, top.registers)
      if stack.isEmpty { return register }
      stack[stack.count - 1].registers.append(register)
    }
    return -1
  }

  /// Which nodes are needed; finds the multiples sums have in common.
  private mutating func prepare(_ roots: [FormulaGraph.Node]) -> [Bool] {
    var isNeeded = [Bool](repeating: false, count: graph.count)
    var counts: [Multiple: Int] = [:]
    for root in roots { isNeeded[Int(root)] = true }
    for i in stride(from: graph.count - 1, through: 0, by: -1) where isNeeded[i] {
      for p in graph.range(of: Int32(i)) {
        isNeeded[Int(graph.arguments[p])] = true
        if graph.operations[i] == .sum, abs(graph.weights[p]) != 1 {
          counts[Multiple(weight: abs(graph.weights[p]), node: graph.arguments[p]), default: 0] += 1
        }
      }
    }
    multiples = counts.filter { $0.value > 1 }.mapValues { _ in -1 }
    return isNeeded
  }

  private mutating func append(
    _ code: CodeTape.Code, _ a: Int32 = 0, _ b: Int32 = 0, _ c: Int32 = 0, number: Double = 0,
    operation: FormulaOperation = .constant
  ) throws(FormulaTooLong) -> Int32 {
    if instructions.count >= limit { throw FormulaTooLong(limit: limit) }
    let target = Int32(variableCount + instructions.count)
    instructions.append(
      CodeTape.Instruction(code: code, operation: operation, target: target, a: a, b: b, c: c, number: number))
    return target
  }

  private mutating func emit(_ node: FormulaGraph.Node, _ arguments: [Int32]) throws(FormulaTooLong) -> Int32 {
    let number = graph.numbers[Int(node)]
    let operation = graph.operations[Int(node)]
    switch operation {
    case .variable: return Int32(number)
    case .constant, .parameter: return try append(.constant, number: number)
    case .sum: return try sum(node, arguments)
    case .product: return try append(.multiply, arguments[0], arguments[1])
    case .square: return try append(.multiply, arguments[0], arguments[0])
    case .quotient: return try append(.divide, arguments[0], arguments[1])
    case .conditional: return try append(.select, arguments[0], arguments[1], arguments[2], operation: operation)
    default:
      return operation.arity == 1
        ? try append(.function, arguments[0], number: number, operation: operation)
        : try append(.function2, arguments[0], arguments[1], operation: operation)
    }
  }

  /// The first part that is added as it stands begins; the others follow in their order.
  private mutating func sum(_ node: FormulaGraph.Node, _ arguments: [Int32]) throws(FormulaTooLong) -> Int32 {
    let offset = graph.numbers[Int(node)]
    let places = graph.range(of: node)
    let order = places.map { graph.weights[$0] }
    let start = order.firstIndex(of: 1) ?? order.firstIndex { $0 > 0 } ?? order.indices.first
    guard let start else { return try append(.constant, number: offset) }
    var total = try multiple(places.lowerBound + start, arguments[start], keepsSign: true)
    for k in order.indices where k != start {
      let part = try multiple(places.lowerBound + k, arguments[k], keepsSign: false)
      total = try append(order[k] < 0 ? .subtract : .add, total, part)
    }
    return offset == 0 ? total : try append(.addNumber, total, number: offset)
  }

  /// |weight|·argument, or weight·argument where the sign is kept.
  private mutating func multiple(
    _ place: Int, _ register: Int32, keepsSign: Bool
  ) throws(FormulaTooLong) -> Int32 {
    let weight = graph.weights[place]
    let key = Multiple(weight: abs(weight), node: graph.arguments[place])
    var part = register
    if abs(weight) != 1 {
      if let known = multiples[key], known >= 0 {
        part = known
      } else if multiples[key] != nil || !keepsSign {
        part = try append(.scale, register, number: abs(weight))
        if multiples[key] != nil { multiples[key] = part }
      } else {
        return try append(.scale, register, number: weight)
      }
    }
    return keepsSign && weight < 0 ? try append(.scale, part, number: -1) : part
  }
}
