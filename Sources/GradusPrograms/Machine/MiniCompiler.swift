// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// Checks a program and translates it, function by function, in one pass.
///
/// Registers are a stack: variables and values under way lie in the order of their making, so the arguments of a call are the first
/// registers of what is called. Who owns a reference is known here, so the machine never searches for what is in use.
struct MiniCompiler {
  struct Variable {
    var slot: Int32
    var type: MiniType
    /// Loop variables are not assigned to.
    var isFixed: Bool
  }

  /// Where a value is, and whether its reference is to be given up after use.
  struct Operand {
    var slot: Int32
    var type: MiniType
    var isOwned = false
  }

  /// Values that a function may have at a time.
  static let registerLimit = 1000

  private let program: MiniProgram
  private var code: [MiniInstruction] = []
  private var lines: [Int32] = []
  private var entries: [MiniCode.Entry] = []
  private var constants: [Int] = []
  private var textConstants: Set<Int> = []
  private var texts: [[Int]] = []
  private var types: [MiniType] = []
  private var numbers: [Int: Int32] = [:]
  private var known: [String: Int32] = [:]
  let functions: [String: Int]
  let tools: [MiniTool]
  let toolNumbers: [String: Int]
  /// From the outermost to the innermost block.
  var scopes: [[String: Variable]] = []
  var nextSlot: Int32 = 0
  private var highest: Int32 = 0
  private var line = 0
  private var variables: [[String: MiniType]] = []
  var result = MiniType.int

  var isTraced: Bool { !tools.isEmpty }

  init(_ program: MiniProgram, _ tools: [MiniTool]) throws(MiniError) {
    self.program = program
    self.tools = tools
    var functions: [String: Int] = [:]
    var toolNumbers: [String: Int] = [:]
    for (number, tool) in tools.enumerated() {
      guard toolNumbers.updateValue(number, forKey: tool.name) == nil, MiniBuiltin(rawValue: tool.name) == nil else {
        throw MiniError(MiniPlace(), "the tool '\(tool.name)' is there twice", remedy: "give it another name")
      }
    }
    for (number, function) in program.functions.enumerated() {
      let isTaken = MiniBuiltin(rawValue: function.name) != nil || toolNumbers[function.name] != nil
      guard functions.updateValue(number, forKey: function.name) == nil, !isTaken else {
        throw MiniError(
          function.place, "the function '\(function.name)' is there twice", remedy: "give it another name")
      }
    }
    self.functions = functions
    self.toolNumbers = toolNumbers
    entries = program.functions.map {
      MiniCode.Entry(name: $0.name, parameters: $0.parameters.map(\.type), result: $0.result)
    }
  }

  func finished(into empty: MiniCode) -> MiniCode {
    var done = empty
    done.instructions = code
    done.lines = lines
    done.entries = entries
    done.constants = constants
    done.textConstants = textConstants
    done.texts = texts
    done.types = types
    done.variables = variables
    return done
  }

  func entry(_ number: Int) -> MiniCode.Entry { entries[number] }

  mutating func compile() throws(MiniError) {
    for (number, function) in program.functions.enumerated() {
      entries[number].start = code.count
      variables.append([:])
      (scopes, nextSlot, highest, result) = ([[:]], 0, 0, function.result)
      line = function.place.line
      let types = function.parameters.map(\.type) + [function.result]
      if types.contains(where: { $0.nesting > MiniParser.typeNesting }) { throw tooDeep(function.place) }
      for parameter in function.parameters {
        try declare(parameter.name, Variable(slot: try slot(), type: parameter.type, isFixed: false), function.place)
      }
      for statement in function.body where statement.depth > MiniProgram.nestingLimit {
        throw tooDeep(statement.place)
      }
      try block(function.body)
      guard function.body.contains(where: \.alwaysReturns) else {
        throw MiniError(
          function.place, "not every way through '\(function.name)' returns a \(function.result)",
          remedy: "end it with return")
      }
      // A built-in function may look at two registers beyond its first.
      entries[number].registers = Int(highest) + 3
    }
  }

  private func tooDeep(_ place: MiniPlace) -> MiniError {
    MiniError(place, "nested deeper than \(MiniProgram.nestingLimit) levels", remedy: "name a part of it with let")
  }

  // MARK: Registers and names

  /// A register that nobody uses.
  mutating func slot() throws(MiniError) -> Int32 {
    nextSlot += 1
    highest = max(highest, nextSlot)
    guard highest <= Self.registerLimit else {
      throw MiniError(
        MiniPlace(line: line, column: 1), "a function with more than \(Self.registerLimit) values at a time",
        remedy: "divide it")
    }
    return nextSlot - 1
  }

  mutating func declare(_ name: String, _ variable: Variable, _ place: MiniPlace) throws(MiniError) {
    guard find(name) == nil else {
      throw MiniError(place, "'\(name)' is declared twice", remedy: "assign to it without let, or choose another name")
    }
    guard Self.isName(name) else { throw MiniError(place, "'\(name)' is no name", remedy: "begin it with a letter") }
    scopes[scopes.count - 1][name] = variable
    // Those of inner blocks may have one name and several types.
    if scopes.count <= 2 { variables[variables.count - 1][name] = variable.type }
  }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !MiniParser.reserved.contains(text) else { return false }
    let isDigit = { (byte: UInt8) in byte >= 48 && byte <= 57 }
    let isLetter = { (byte: UInt8) in byte == 95 || (byte | 32) >= 97 && (byte | 32) <= 122 }
    return isLetter(first) && text.utf8.allSatisfy { isLetter($0) || isDigit($0) }
  }

  func find(_ name: String) -> Variable? {
    for scope in scopes.reversed() { if let variable = scope[name] { return variable } }
    return nil
  }

  func variable(_ name: String, _ place: MiniPlace) throws(MiniError) -> Variable {
    if let found = find(name) { return found }
    let names = scopes.flatMap(\.keys).filter { !$0.contains(" ") }.sorted()
    throw MiniError(
      place, "the variable '\(name)' is not declared",
      remedy: nearest(to: name, among: names).map { "did you mean '\($0)'?" } ?? "declare it with let")
  }

  // MARK: Instructions

  var here: Int32 { Int32(code.count) }

  mutating func add(_ instruction: MiniInstruction) {
    code.append(instruction)
    lines.append(Int32(line))
  }

  mutating func add(
    _ what: MiniInstruction.Code, _ a: Int32 = 0, _ b: Int32 = 0, _ c: Int32 = 0, cost: Int32 = 1
  ) {
    add(MiniInstruction(what, a, b, c, cost: cost))
  }

  /// One step more for what was just done: a variable is set.
  mutating func raiseCost() { code[code.count - 1].cost += 1 }

  mutating func setLine(_ place: MiniPlace) { line = place.line }

  /// Lets a jump go to the next instruction.
  mutating func land(_ jump: Int32) { code[Int(jump)].c = here }

  mutating func drop(_ operand: Operand) { if operand.isOwned { add(.drop, operand.slot, cost: 0) } }

  /// Gives up what the variables of the innermost block own.
  mutating func dropScope(_ scope: [String: Variable]) {
    for variable in scope.values.sorted(by: { $0.slot < $1.slot }) where variable.type.isHandle {
      add(.drop, variable.slot, cost: 0)
    }
  }

  // MARK: Constants

  mutating func constant(bits: Int) -> Int32 {
    if let operand = numbers[bits] { return operand }
    constants.append(bits)
    let operand = -Int32(constants.count)
    numbers[bits] = operand
    return operand
  }

  mutating func constant(text: String) -> Int32 {
    // By scalars: canonically equal texts are two.
    let key = text.unicodeScalars.map { "\($0.value)" }.joined(separator: ",")
    if let operand = known[key] { return operand }
    textConstants.insert(constants.count)
    constants.append(texts.count)
    texts.append(text.unicodeScalars.map { Int($0.value) })
    let operand = -Int32(constants.count)
    known[key] = operand
    return operand
  }

  mutating func number(of type: MiniType) -> Int32 {
    if let known = types.firstIndex(of: type) { return Int32(known) }
    types.append(type)
    return Int32(types.count - 1)
  }
}
