// SPDX-License-Identifier: Apache-2.0

/// A checked program as the machine runs it: one flat array of instructions, registers by number.
public struct MiniCode: Sendable {
  /// A function: where it starts, and how many registers it needs.
  struct Entry: Sendable {
    var name: String
    var parameters: [MiniType]
    var result: MiniType
    var start = 0
    var registers = 0
  }

  var instructions: [MiniInstruction] = []
  /// The line of each instruction.
  var lines: [Int32] = []
  var entries: [Entry] = []
  /// Constants by the bits; of a text its number among `texts`, as `textConstants` says.
  var constants: [Int] = []
  var textConstants: Set<Int> = []
  var texts: [[Int]] = []
  /// Types that instructions name by number.
  var types: [MiniType] = []
  public internal(set) var tools: [MiniTool] = []

  /// Checks the names and types of a program and translates it. Throws at the first place where something is not right. Cost: linear
  /// in the length of the program.
  public init(_ program: MiniProgram, tools: [MiniTool] = []) throws(MiniError) {
    self.tools = tools
    var compiler = try MiniCompiler(program, tools)
    try compiler.compile()
    self = compiler.finished(into: self)
  }

  /// Reads, checks and translates a program.
  public init(parsing text: String, tools: [MiniTool] = []) throws(MiniError) {
    try self.init(MiniProgram(parsing: text), tools: tools)
  }

  /// Runs a function. Arguments that are not those of its signature are a fault. Nothing outside is touched but by tools.
  public func run(_ name: String, _ arguments: [MiniValue] = [], limits: MiniLimits = MiniLimits()) -> MiniExecution {
    guard let index = entries.firstIndex(where: { $0.name == name }) else {
      return MiniExecution(.fault(MiniFault(.arguments("the program has no function '\(name)'"))))
    }
    let wanted = entries[index].parameters
    guard wanted.count == arguments.count, zip(arguments, wanted).allSatisfy({ $0.has($1) }) else {
      let types = wanted.map(\.description).joined(separator: ", ")
      return MiniExecution(.fault(MiniFault(.arguments("'\(name)' was not given (\(types))"))))
    }
    return run(number: index, arguments, limits: limits)
  }

  /// The same for a function by its number, with arguments that are known to be right.
  func run(number: Int, _ arguments: [MiniValue], limits: MiniLimits) -> MiniExecution {
    var machine = MiniMachine(self, limits)
    return machine.run(number, arguments)
  }

  /// By function and name: the types of its parameters and of the variables of its outermost block.
  var variables: [[String: MiniType]] = []

  /// The functions with their types.
  public var signatures: [(name: String, parameters: [MiniType], result: MiniType)] {
    entries.map { ($0.name, $0.parameters, $0.result) }
  }
}
