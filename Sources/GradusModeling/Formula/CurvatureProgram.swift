// SPDX-License-Identifier: Apache-2.0
internal import GradusNumerics

/// The Hessian of any weighted sum of the roots as a list of multiplications, compiled once from the graph.
///
/// Edge pushing: nodes are visited from users to arguments; W[i, p] is the second derivative of the sum by the values of
/// nodes i and p once everything above both is eliminated. Eliminating node i = f(c₁, c₂, …) does
///
///     W[c, p]   += fc·W[i, p]            (twice that where c = p)       pushing
///     W[c, d]   += fc·fd·W[i, i]                                        pushing
///     W[c, d]   += ī·∂²f/∂c∂d            where f bends                   creating
///
/// and what is left between variables is the Hessian: exact, sparse, without colouring. Which products occur depends on
/// the graph alone, so they are found once, and an evaluation runs through them without looking anything up. Cost and
/// memory: the nonlinear interactions of the model. Source: Gower & Mello, *Optim. Methods Softw.* 27 (2012) 251–273.
struct CurvatureProgram: Sendable {
  struct Step: Sendable {
    enum Kind: UInt8, Sendable { case create, push, pushTwice, pushBoth }
    var kind: Kind
    /// The edge that receives.
    var target: Int32
    /// The edge that gives, or the node whose adjoint does.
    var source: Int32
    /// Places of slopes, or the place of a second derivative.
    var first: Int32
    var second: Int32
  }

  private(set) var steps: [Step] = []
  private(set) var edgeCount = 0
  /// Curved nodes, and where their second derivatives lie: one for each operation of one argument, else three.
  private(set) var curved: [(node: Int32, place: Int32)] = []
  private(set) var curvatureCount = 0
  /// The upper triangle between variables, with zeros; entry k takes its value from edge `sources[k]`.
  private(set) var pattern: SparseMatrix
  private(set) var sources: [Int32] = []

  private struct Compiler {
    var edges = EdgeTable()
    /// The edges by their later node.
    var head: [Int32]
    var next: [Int32] = []
    var other: [Int32] = []
    var steps: [Step] = []

    mutating func edge(_ a: Int32, _ b: Int32) -> Int32 {
      let high = max(a, b)
      let low = min(a, b)
      let (slot, isNew) = edges.place(high, low)
      if isNew {
        other.append(low)
        next.append(head[Int(high)])
        head[Int(high)] = slot
      }
      return slot
    }
  }

  /// Compiles the graph of a tape. Cost: about a hash look-up for each step.
  init(_ tape: Tape) {
    let graph = tape.graph
    let n = tape.program.variableCount
    var compiler = Compiler(head: [Int32](repeating: -1, count: graph.count))
    var arguments: [(node: Int32, place: Int32)] = []
    for i in stride(from: graph.count - 1, through: n, by: -1) {
      let operation = graph.operations[i]
      if operation == .constant { continue }
      arguments.removeAll(keepingCapacity: true)
      for (k, p) in graph.range(of: Int32(i)).enumerated() {
        let child = graph.arguments[p]
        if operation.moves(with: k), graph.operations[Int(child)] != .constant { arguments.append((child, Int32(p))) }
      }
      Self.push(i, arguments, &compiler)
      if operation.isCurved {
        curved.append((Int32(i), Int32(curvatureCount)))
        Self.create(i, operation, graph, Int32(curvatureCount), &compiler)
        curvatureCount += operation.arity == 1 ? 1 : 3
      }
    }
    steps = compiler.steps
    edgeCount = compiler.other.count
    (pattern, sources) = Self.gather(compiler.head, compiler.next, compiler.other, n)
  }

  private static func push(_ i: Int, _ arguments: [(node: Int32, place: Int32)], _ compiler: inout Compiler) {
    var e = compiler.head[i]
    while e >= 0 {
      let p = compiler.other[Int(e)]
      if p == Int32(i) {
        for (k, a) in arguments.enumerated() {
          for b in arguments[k...] {
            // A node that occurs twice contributes its cross term twice to the one diagonal edge.
            let target = compiler.edge(a.node, b.node)
            compiler.steps.append(
              Step(kind: .pushBoth, target: target, source: e, first: a.place, second: b.place))
            if a.node == b.node, a.place != b.place {
              compiler.steps.append(
                Step(kind: .pushBoth, target: target, source: e, first: a.place, second: b.place))
            }
          }
        }
      } else {
        for a in arguments {
          let target = compiler.edge(a.node, p)
          compiler.steps.append(
            Step(kind: a.node == p ? .pushTwice : .push, target: target, source: e, first: a.place, second: 0))
        }
      }
      e = compiler.next[Int(e)]
    }
  }

  private static func create(
    _ i: Int, _ operation: FormulaOperation, _ graph: FormulaGraph, _ place: Int32, _ compiler: inout Compiler
  ) {
    func add(_ a: Int32, _ b: Int32, _ offset: Int32) {
      let isConstant = graph.operations[Int(a)] == .constant || graph.operations[Int(b)] == .constant
      if isConstant { return }
      let target = compiler.edge(a, b)
      compiler.steps.append(
        Step(kind: .create, target: target, source: Int32(i), first: place + offset, second: 0))
    }
    let a = graph.argument(0, of: Int32(i))
    if operation.arity == 1 { return add(a, a, 0) }
    let b = graph.argument(1, of: Int32(i))
    if operation != .product {
      if operation != .quotient { add(a, a, 0) }
      add(b, b, 2)
    }
    add(a, b, 1)
    if a == b { add(a, b, 1) }
  }

  private static func gather(
    _ head: [Int32], _ next: [Int32], _ other: [Int32], _ n: Int
  ) -> (SparseMatrix, [Int32]) {
    var starts: [Int32] = [0]
    var rows: [Int32] = []
    var sources: [Int32] = []
    var column: [(row: Int32, edge: Int32)] = []
    for j in 0..<n {
      column.removeAll(keepingCapacity: true)
      var e = head[j]
      while e >= 0 {
        column.append((other[Int(e)], e))
        e = next[Int(e)]
      }
      column.sort { $0.row < $1.row }
      rows += column.map(\.row)
      sources += column.map(\.edge)
      starts.append(Int32(rows.count))
    }
    let zeros = [Double](repeating: 0, count: rows.count)
    return (SparseMatrix(rowCount: n, columnCount: n, starts: starts, rows: rows, values: zeros), sources)
  }
}

/// Pairs of nodes to consecutive numbers: open addressing, no deletion.
private struct EdgeTable {
  private var keys = [UInt64](repeating: .max, count: 256)
  private var slots = [Int32](repeating: 0, count: 256)
  private var count: Int32 = 0

  mutating func place(_ high: Int32, _ low: Int32) -> (slot: Int32, isNew: Bool) {
    if Int(count) * 2 >= keys.count { grow() }
    let key = UInt64(UInt32(bitPattern: high)) << 32 | UInt64(UInt32(bitPattern: low))
    var k = Self.hash(key) & (keys.count - 1)
    while keys[k] != .max {
      if keys[k] == key { return (slots[k], false) }
      k = (k + 1) & (keys.count - 1)
    }
    keys[k] = key
    slots[k] = count
    count += 1
    return (count - 1, true)
  }

  private static func hash(_ key: UInt64) -> Int {
    let product = (key ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return Int(truncatingIfNeeded: product.high ^ product.low)
  }

  private mutating func grow() {
    let old = (keys, slots)
    keys = [UInt64](repeating: .max, count: old.0.count * 2)
    slots = [Int32](repeating: 0, count: keys.count)
    for (key, slot) in zip(old.0, old.1) where key != .max {
      var k = Self.hash(key) & (keys.count - 1)
      while keys[k] != .max { k = (k + 1) & (keys.count - 1) }
      keys[k] = key
      slots[k] = slot
    }
  }
}
