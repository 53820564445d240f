// SPDX-License-Identifier: Apache-2.0

/// Writes nodes in Polish prefix form; what several places use becomes a defined variable. No recursion.
struct NLExpressionWriter {
  private enum Item {
    case node(FormulaGraph.Node, isLogical: Bool)
    case scaled(Double, FormulaGraph.Node)
    case number(Double)
  }

  private let graph: FormulaGraph
  private let positions: [Int]
  /// The number of the defined variable of a node; −1 where it has none.
  private var definition: [Int32]
  /// Nodes of defined variables, arguments before users.
  private(set) var definitions: [FormulaGraph.Node] = []

  init(_ program: FormulaProgram, _ order: NLOrder) {
    graph = program.graph
    positions = order.positions
    definition = [Int32](repeating: -1, count: graph.count)
    var uses = [Int32](repeating: 0, count: graph.count)
    for root in program.rows + [program.objective] { if let root { uses[Int(root)] += 1 } }
    for i in 0..<graph.count where order.isNeeded[i] {
      for p in graph.range(of: FormulaGraph.Node(i)) { uses[Int(graph.arguments[p])] += 1 }
    }
    for i in 0..<graph.count where order.isNeeded[i] && uses[i] > 1 && !isSmall(FormulaGraph.Node(i)) {
      definition[i] = Int32(program.variableCount + definitions.count)
      definitions.append(FormulaGraph.Node(i))
    }
  }

  /// Leaves, and one operation on leaves, are cheaper to repeat than to name.
  private func isSmall(_ node: FormulaGraph.Node) -> Bool {
    let range = graph.range(of: node)
    return range.count <= 2 && range.allSatisfy { graph.range(of: graph.arguments[$0]).isEmpty }
  }

  /// V segments of all defined variables.
  func writeDefinitions(to output: inout NLOutput) {
    for node in definitions {
      output.line("V", Int(definition[Int(node)]), 0, 0)
      write(offset: 0, node, isDefinition: true, to: &output)
    }
  }

  /// offset + node, either of which may be missing.
  func write(offset: Double, _ root: FormulaGraph.Node?, isDefinition: Bool = false, to output: inout NLOutput) {
    guard let root else { return output.constant(offset) }
    var stack: [Item] = [.node(root, isLogical: false)]
    if offset != 0 {
      output.line("o", 0)
      output.constant(offset)
    }
    var isRoot = isDefinition
    while let item = stack.popLast() {
      switch item {
      case .number(let value): output.constant(value)
      case .scaled(let weight, let node):
        if weight == -1 {
          output.line("o", 16)
        } else if weight != 1 {
          output.line("o", 2)
          output.constant(weight)
        }
        stack.append(.node(node, isLogical: false))
      case .node(let node, let wantsLogical):
        let name = isRoot ? -1 : definition[Int(node)]
        isRoot = false
        let isLogical = name < 0 && graph.operations[Int(node)].isLogical
        if wantsLogical && !isLogical && graph.constant(at: node) == nil {
          output.line("o", 30)
          stack.append(.number(0))
        } else if isLogical && !wantsLogical {
          output.line("o", 35)
          stack += [.number(0), .number(1)]
        }
        if name >= 0 { output.line("v", Int(name)) } else { open(node, &stack, &output) }
      }
    }
  }

  /// The sign of a node; its arguments wait on the stack, the first on top.
  private func open(_ node: FormulaGraph.Node, _ stack: inout [Item], _ output: inout NLOutput) {
    let operation = graph.operations[Int(node)]
    let number = graph.numbers[Int(node)]
    let range = graph.range(of: node)
    switch operation {
    case .constant: return output.constant(number)
    case .variable: return output.line("v", positions[Int(number)])
    case .parameter: preconditionFailure("a program holds no parameters")
    case .sum:
      let count = range.count + (number != 0 ? 1 : 0)
      if count == 2 { output.line("o", 0) }
      if count > 2 {
        output.line("o", 54)
        output.line(count)
      }
      if number != 0 { stack.append(.number(number)) }
      for p in range.reversed() { stack.append(.scaled(graph.weights[p], graph.arguments[p])) }
      return
    case .square, .constantPower:
      output.line("o", 5)
      stack.append(.number(operation == .square ? 2 : number))
    case .minimum, .maximum:
      output.line("o", operation == .minimum ? 11 : 12)
      output.line(2)
    case .round, .truncate:
      output.line("o", operation == .round ? 57 : 58)
      stack.append(.number(0))
    default: output.line("o", Self.codes[operation] ?? 0)
    }
    let isLogic = operation == .and || operation == .or || operation == .not
    for p in range.reversed() {
      let isCondition = operation == .conditional && p == range.lowerBound
      stack.append(.node(graph.arguments[p], isLogical: isLogic || isCondition))
    }
  }

  /// The inverse of `NLOperator`.
  private static let codes: [FormulaOperation: Int] = {
    var codes: [FormulaOperation: Int] = [.power: 5, .conditional: 35]
    for code in 0...60 {
      switch NLOperator(code) {
      case .unary(let operation), .binary(let operation): codes[operation] = code
      default: break
      }
    }
    return codes
  }()
}
