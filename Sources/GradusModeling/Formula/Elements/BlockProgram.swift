// SPDX-License-Identifier: Apache-2.0

/// Some nodes of a graph as instructions over blocks of numbers: every operand is a slot, and a slot holds one number for
/// each element of a block.
///
/// Only nodes that outputs need are computed; a slot is used again as soon as its node has no user left, so that the
/// slots of a block stay in the first-level cache; a product that only a sum uses is computed by the sum. Constants stand
/// in the first slots, filled once a run.
struct BlockProgram: Sendable {
  enum Kind: UInt8, Sendable {
    case add, subtract, multiply, divide
    /// c + a·b, c − a·b
    case multiplyAdd, multiplySubtract
    case squareRoot
    /// a^c for a whole number c, |c| ≤ 8
    case wholePower
    /// A function of one argument, or a^b, kept in place `c` of the memo.
    case function, power
    /// Hands slot a to output c.
    case output
  }

  struct Instruction: Sendable {
    var kind: Kind
    var function = FormulaOperation.constant
    var target: UInt16 = 0
    var a: UInt16 = 0
    var b: UInt16 = 0
    var c: UInt16 = 0
  }

  private(set) var instructions: [Instruction] = []
  /// Numbers of the first slots.
  private(set) var constants: [Double] = []
  /// Which variables and which numbers of the element are loaded, and where.
  private(set) var variables: [(index: Int, slot: UInt16)] = []
  private(set) var numbers: [(index: Int, slot: UInt16)] = []
  private(set) var slotCount = 0
  let outputCount: Int

  /// Places in the memo of the functions that are computed.
  let functions: [Int]

  /// `memo` gives the place where the value of a costly function is kept between programs of the same group; `numbers`
  /// the parameters of the graph in the order in which a run has them.
  init(
    _ graph: FormulaGraph, outputs: [FormulaGraph.Node], memo: [FormulaGraph.Node: Int], numbers places: [Int]
  ) {
    outputCount = outputs.count
    var compiler = BlockCompiler(graph, outputs, memo)
    compiler.compile()
    instructions = compiler.instructions
    constants = compiler.constants
    variables = compiler.variables
    numbers = compiler.numbers.map { number in (places.firstIndex(of: number.index) ?? 0, number.slot) }
    functions = instructions.filter { $0.kind == .function || $0.kind == .power }.map { Int($0.c) }
    slotCount = compiler.slotCount
  }
}

private struct BlockCompiler {
  typealias Instruction = BlockProgram.Instruction
  let graph: FormulaGraph
  let outputs: [FormulaGraph.Node]
  let memo: [FormulaGraph.Node: Int]
  var instructions: [Instruction] = []
  var constants: [Double] = []
  var variables: [(index: Int, slot: UInt16)] = []
  var numbers: [(index: Int, slot: UInt16)] = []
  var slotCount = 0
  private var constantSlots: [UInt64: UInt16] = [:]
  /// References not yet served, by node.
  private var remaining: [Int]
  private var isFused: [Bool]
  private var slots: [UInt16]
  private var free: [UInt16] = []
  private var outputsOf: [FormulaGraph.Node: [Int]] = [:]

  init(_ graph: FormulaGraph, _ outputs: [FormulaGraph.Node], _ memo: [FormulaGraph.Node: Int]) {
    self.graph = graph
    self.outputs = outputs
    self.memo = memo
    remaining = [Int](repeating: 0, count: graph.count)
    isFused = [Bool](repeating: false, count: graph.count)
    slots = [UInt16](repeating: 0, count: graph.count)
  }

  mutating func compile() {
    for (k, node) in outputs.enumerated() {
      remaining[Int(node)] += 1
      outputsOf[node, default: []].append(k)
    }
    for i in stride(from: graph.count - 1, through: 0, by: -1) where remaining[i] > 0 {
      for p in graph.range(of: Int32(i)) { remaining[Int(graph.arguments[p])] += 1 }
    }
    fuse()
    reserveConstants()
    slotCount = constants.count
    for i in 0..<graph.count where remaining[i] > 0 {
      switch graph.operations[i] {
      case .variable:
        slots[i] = allocate()
        variables.append((i, slots[i]))
      case .parameter:
        slots[i] = allocate()
        numbers.append((Int(graph.numbers[i]), slots[i]))
      case .constant: slots[i] = constant(graph.numbers[i])
      default: if !isFused[i] { emit(i) }
      }
      for k in outputsOf[Int32(i)] ?? [] {
        instructions.append(Instruction(kind: .output, a: slots[i], c: UInt16(k)))
        release(Int32(i))
      }
    }
  }

  /// Products that one sum alone uses, with weight ±1, are computed with the sum.
  private mutating func fuse() {
    for i in 0..<graph.count where remaining[i] > 0 && graph.operations[i] == .sum {
      for p in graph.range(of: Int32(i)) {
        let child = Int(graph.arguments[p])
        let isProduct = graph.operations[child] == .product || graph.operations[child] == .square
        if isProduct, abs(graph.weights[p]) == 1, remaining[child] == 1 { isFused[child] = true }
      }
    }
  }

  /// All constants the instructions name get the first slots.
  private mutating func reserveConstants() {
    for i in 0..<graph.count where remaining[i] > 0 {
      switch graph.operations[i] {
      case .constant, .constantPower: reserve(graph.numbers[i])
      case .sum:
        if graph.numbers[i] != 0 { reserve(graph.numbers[i]) }
        for p in graph.range(of: Int32(i)) { reserve(graph.weights[p]) }
      default: continue
      }
    }
  }

  private mutating func reserve(_ number: Double) {
    if constantSlots[number.bitPattern] != nil { return }
    constantSlots[number.bitPattern] = UInt16(constants.count)
    constants.append(number)
  }

  private func constant(_ number: Double) -> UInt16 { constantSlots[number.bitPattern] ?? 0 }

  private mutating func allocate() -> UInt16 {
    if let slot = free.popLast() { return slot }
    slotCount += 1
    return UInt16(slotCount - 1)
  }

  private mutating func release(_ node: FormulaGraph.Node) {
    let i = Int(node)
    remaining[i] -= 1
    if remaining[i] == 0, graph.operations[i] != .constant { free.append(slots[i]) }
  }

  private mutating func emit(_ i: Int) {
    let range = graph.range(of: Int32(i))
    if graph.operations[i] == .sum { return emitSum(i, range) }
    let a = graph.arguments[range.lowerBound]
    let b = range.count > 1 ? graph.arguments[range.lowerBound + 1] : a
    // The target is chosen before the arguments are released: an instruction never overwrites what a later one reads.
    let target = allocate()
    var instruction = Instruction(kind: .multiply, target: target, a: slots[Int(a)], b: slots[Int(b)])
    switch graph.operations[i] {
    case .product, .square: break
    case .quotient: instruction.kind = .divide
    case .squareRoot: instruction.kind = .squareRoot
    case .constantPower:
      let exponent = graph.numbers[i]
      instruction.b = constant(exponent)
      if exponent == exponent.rounded(.towardZero), abs(exponent) <= 8 {
        instruction.kind = .wholePower
        instruction.c = UInt16(bitPattern: Int16(exponent))
      } else {
        instruction.kind = .power
        instruction.c = UInt16(memo[Int32(i)] ?? 0)
      }
    default:
      instruction.kind = graph.operations[i] == .power ? .power : .function
      instruction.function = graph.operations[i]
      instruction.c = UInt16(memo[Int32(i)] ?? 0)
    }
    slots[i] = target
    instructions.append(instruction)
    for p in range { release(graph.arguments[p]) }
  }

  private mutating func emitSum(_ i: Int, _ range: Range<Int>) {
    var terms = Array(range)
    func startsCheaply(_ p: Int) -> Bool { graph.weights[p] == 1 }
    // a + b = b + a exactly: the first two may change places.
    if graph.numbers[i] == 0, terms.count > 1, !startsCheaply(terms[0]), startsCheaply(terms[1]) { terms.swapAt(0, 1) }
    let target = allocate()
    var sum: UInt16? = graph.numbers[i] == 0 ? nil : constant(graph.numbers[i])
    for p in terms {
      let child = graph.arguments[p]
      let weight = graph.weights[p]
      if isFused[Int(child)] {
        let factors = graph.range(of: child)
        let a = graph.arguments[factors.lowerBound]
        let b = factors.count > 1 ? graph.arguments[factors.lowerBound + 1] : a
        instructions.append(
          Instruction(
            kind: sum == nil ? .multiply : weight == 1 ? .multiplyAdd : .multiplySubtract, target: target,
            a: slots[Int(a)], b: slots[Int(b)], c: sum ?? 0))
        if sum == nil, weight != 1 {
          instructions.append(Instruction(kind: .multiply, target: target, a: target, b: constant(weight)))
        }
        sum = target
        continue
      }
      let slot = slots[Int(child)]
      if let present = sum {
        switch weight {
        case 1: instructions.append(Instruction(kind: .add, target: target, a: present, b: slot))
        case -1: instructions.append(Instruction(kind: .subtract, target: target, a: present, b: slot))
        default:
          instructions.append(
            Instruction(kind: .multiplyAdd, target: target, a: constant(weight), b: slot, c: present))
        }
        sum = target
      } else if weight == 1, terms.count > 1 {
        sum = slot
      } else {
        instructions.append(Instruction(kind: .multiply, target: target, a: slot, b: constant(weight)))
        sum = target
      }
    }
    slots[i] = target
    for p in range {
      let child = graph.arguments[p]
      if isFused[Int(child)] {
        remaining[Int(child)] = 0
        for q in graph.range(of: child) { release(graph.arguments[q]) }
      } else {
        release(child)
      }
    }
  }
}
