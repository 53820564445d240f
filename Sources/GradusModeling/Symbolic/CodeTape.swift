// SPDX-License-Identifier: Apache-2.0

/// Formulas as straight-line code over registers: evaluated for many points at a time, or written as C.
///
///     let tape = try CodeTape(graph, roots: roots, variableCount: n)
///     let y = tape.values(of: x, count: 1000)          // x[j·1000 + p] is variable j of point p
///     print(tape.cSource(named: "network"))
///
/// Values agree with those of a `Tape` up to the rounding of sums in another order. For derivatives compile a `Tape`.
public struct CodeTape: Sendable {
  /// What a tape is made with; everything by default.
  public struct Options: OptionSet, Sendable, Hashable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    /// Equality saturation first (`FormulaGraph.simplified`).
    public static let simplified = Options(rawValue: 1)
    /// Equal parts are computed once; without it formulas are computed as they are written out.
    public static let shared = Options(rawValue: 2)
    /// a·b + c is one instruction.
    public static let fused = Options(rawValue: 4)
    /// Registers are used again once nobody needs what they hold.
    public static let compact = Options(rawValue: 8)
    public static let all: Options = [.simplified, .shared, .fused, .compact]
  }

  enum Code: UInt8, Sendable {
    /// number; a; a + b; a − b; a·b; a/b
    case constant, copy, add, subtract, multiply, divide
    /// a + number; number·a; number·a + c; a·b + c; c − a·b
    case addNumber, scale, scaleAdd, multiplyAdd, multiplySubtract
    /// Another operation of one, two or three arguments.
    case function, function2, select
  }

  /// target ← code(a, b, c, number). Registers below `inputCount` are the variables.
  struct Instruction: Sendable {
    var code: Code
    var operation = FormulaOperation.constant
    var target: Int32
    var a: Int32 = 0
    var b: Int32 = 0
    var c: Int32 = 0
    var number = 0.0
  }

  public let inputCount: Int
  /// Registers, the variables among them.
  public private(set) var registerCount: Int
  var instructions: [Instruction]
  /// The register of each root in the end.
  var outputs: [Int32]

  public var outputCount: Int { outputs.count }
  public var instructionCount: Int { instructions.count }

  /// Compiles the formulas `roots` of a graph whose variables have indices below `variableCount`.
  ///
  /// `box` is what is known of the variables, for simplification. Throws `FormulaTooLong` when code is wanted as written out
  /// and has more than `limit` instructions.
  public init(
    _ graph: FormulaGraph, roots: [FormulaGraph.Node], variableCount: Int, in box: [Interval] = [],
    _ options: Options = .all, limit: Int = 10_000_000
  ) throws(FormulaTooLong) {
    var (graph, roots) = (graph, roots)
    if options.contains(.simplified) {
      let simplified = graph.simplified(roots, variableCount: variableCount, in: box)
      (graph, roots) = (simplified.graph, simplified.roots)
    }
    var writer = CodeWriter(
      graph, variableCount: variableCount, isShared: options.contains(.shared), limit: limit)
    outputs = try writer.write(roots)
    inputCount = variableCount
    instructions = writer.instructions
    registerCount = variableCount + writer.instructions.count
    if options.contains(.fused) { fuse() }
    if options.contains(.compact) { compact() }
  }

  /// What one evaluation costs by `CostTable`.
  public var cost: Double {
    instructions.reduce(0) { total, instruction in
      switch instruction.code {
      case .constant, .copy: total
      case .add, .subtract, .addNumber: total + CostTable.addition
      case .multiply, .scale:
        total + (instruction.number == -1 ? CostTable.addition : CostTable.multiplication)
      case .divide: total + CostTable.division
      case .scaleAdd, .multiplyAdd, .multiplySubtract: total + CostTable.multiplication + CostTable.addition
      case .function where instruction.operation == .constantPower:
        total + CostTable.power(exponent: instruction.number)
      case .function, .function2, .select: total + CostTable.cost(instruction.operation)
      }
    }
  }

  /// Gives registers out anew: the one freed last is taken first, so that what is in use stays close together.
  private mutating func compact() {
    var lastUse = [Int](repeating: -1, count: registerCount)
    for (k, instruction) in instructions.enumerated() { for r in instruction.sources { lastUse[Int(r)] = k } }
    for r in outputs { lastUse[Int(r)] = .max }
    var place = (0..<registerCount).map { Int32($0) }
    var free: [Int32] = []
    var next = Int32(inputCount)
    for k in instructions.indices {
      let instruction = instructions[k]
      for r in Set(instruction.sources).sorted() where lastUse[Int(r)] == k && Int(r) >= inputCount {
        free.append(place[Int(r)])
      }
      instructions[k].rename { place[Int($0)] }
      let target: Int32
      if let reused = free.popLast() {
        target = reused
      } else {
        target = next
        next += 1
      }
      place[Int(instruction.target)] = target
      instructions[k].target = target
    }
    outputs = outputs.map { place[Int($0)] }
    registerCount = Int(next)
  }
}

extension CodeTape.Instruction {
  /// The registers read.
  var sources: [Int32] {
    switch code {
    case .constant: []
    case .copy, .addNumber, .scale, .function: [a]
    case .add, .subtract, .multiply, .divide, .function2: [a, b]
    case .scaleAdd: [a, c]
    case .multiplyAdd, .multiplySubtract, .select: [a, b, c]
    }
  }

  fileprivate mutating func rename(_ name: (Int32) -> Int32) {
    let read = sources
    if read.contains(a) { a = name(a) }
    if code == .scaleAdd {
      c = name(c)
    } else {
      if read.count > 1 { b = name(b) }
      if read.count > 2 { c = name(c) }
    }
  }
}

/// A formula whose code would be longer than was allowed.
public struct FormulaTooLong: Error, Sendable, Hashable, CustomStringConvertible {
  public var limit: Int
  public var description: String {
    "written out, the formulas need more than \(limit) instructions; compile them with shared parts"
  }
}
