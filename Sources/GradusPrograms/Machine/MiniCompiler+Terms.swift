// SPDX-License-Identifier: Apache-2.0
import GradusCore

extension MiniCompiler {
  /// A value with a reference of its own, in a register of its own.
  mutating func owned(_ term: MiniTerm, _ expected: MiniType?) throws(MiniError) -> Operand {
    try emit(term, expected, into: slot())
  }

  /// The code for a term. With a target the value ends there, and its reference with it; else it may stay where it is.
  mutating func emit(
    _ term: MiniTerm, _ expected: MiniType?, into target: Int32?
  ) throws(MiniError) -> Operand {
    let found = try value(of: term, expected, target)
    if let expected, found.type != expected {
      throw MiniError(
        term.place, "found \(Self.article(found.type)), expected \(Self.article(expected))",
        remedy: Self.remedy(found.type, expected))
    }
    return found
  }

  private static func article(_ type: MiniType) -> String { type == .int ? "an Int" : "a \(type)" }

  private static func remedy(_ found: MiniType, _ expected: MiniType) -> String {
    switch (found, expected) {
    case (.int, .float): "write 1.0 for 1, or float(…)"
    case (.float, .int): "use floor(…)"
    case (.int, .string), (.float, .string): "use text(…)"
    case (.string, .int): "use number(…)"
    default: "change one of them"
    }
  }

  private mutating func value(
    of term: MiniTerm, _ expected: MiniType?, _ target: Int32?
  ) throws(MiniError) -> Operand {
    switch term.form {
    case .int(let value): return placed(constant(bits: value), .int, target)
    case .bool(let value): return placed(constant(bits: value ? 1 : 0), .bool, target)
    case .float(let value):
      guard value.isFinite else { throw MiniError(term.place, "\(value) is no literal", remedy: "compute it") }
      return placed(constant(bits: Int(bitPattern: UInt(value.bitPattern))), .float, target)
    case .string(let text): return placed(constant(text: text), .string, target)
    case .variable(let name):
      let found = try variable(name, term.place)
      return placed(found.slot, found.type, target)
    case .list(let items): return try list(items, expected, target, term.place)
    case .negated(let inner):
      return try produce(target) { compiler, slot throws(MiniError) in
        let operand = try compiler.emit(inner, nil, into: nil)
        guard operand.type.isNumber else {
          throw MiniError(term.place, "- before a \(operand.type)", remedy: "it applies to Int and Float")
        }
        compiler.add(operand.type == .int ? .negate : .negateFloat, slot, operand.slot)
        return operand.type
      }
    case .not(let inner):
      return try produce(target) { compiler, slot throws(MiniError) in
        compiler.add(.not, slot, try compiler.emit(inner, .bool, into: nil).slot)
        return .bool
      }
    case .index(let base, let index):
      return try produce(target) { compiler, slot throws(MiniError) in
        let list = try compiler.emit(base, nil, into: nil)
        guard let type = list.type == .string ? .string : list.type.element else {
          throw MiniError(term.place, "an element of a \(list.type)", remedy: "only lists and String have elements")
        }
        let place = try compiler.emit(index, .int, into: nil)
        compiler.add(Self.elementCode(list.type), slot, list.slot, place.slot)
        compiler.drop(list)
        return type
      }
    case .binary(let op, let left, let right): return try binary(op, left, right, term.place, target)
    case .call(let name, let arguments): return try call(name, arguments, expected, term.place, target)
    }
  }

  /// A value that is somewhere already.
  private mutating func placed(_ slot: Int32, _ type: MiniType, _ target: Int32?) -> Operand {
    guard let target else { return Operand(slot: slot, type: type) }
    add(type.isHandle ? .share : .move, target, slot, cost: 0)
    if isTraced { add(.moveTraced, target, slot, cost: 0) }
    return Operand(slot: target, type: type, isOwned: type.isHandle)
  }

  /// A new value: a register for it, then what it is made of, which is forgotten after.
  private mutating func produce(
    _ target: Int32?, keepsOrigin: Bool = false,
    _ make: (inout MiniCompiler, Int32) throws(MiniError) -> MiniType
  ) throws(MiniError) -> Operand {
    let slot = if let target { target } else { try slot() }
    let mark = nextSlot
    let type = try make(&self, slot)
    nextSlot = mark
    if isTraced, !keepsOrigin { add(.forget, slot, cost: 0) }
    return Operand(slot: slot, type: type, isOwned: type.isHandle)
  }

  static func elementCode(_ type: MiniType) -> MiniInstruction.Code {
    if type == .string { return .elementText }
    return type.element?.isHandle == true ? .elementShared : .element
  }

  // MARK: Lists

  private mutating func list(
    _ items: [MiniTerm], _ expected: MiniType?, _ target: Int32?, _ place: MiniPlace
  ) throws(MiniError) -> Operand {
    try produce(target) { compiler, slot throws(MiniError) in
      var element = expected?.element
      let first = compiler.nextSlot
      for item in items {
        let own = try compiler.slot()
        element = try compiler.emit(item, element, into: own).type
        compiler.nextSlot = own + 1
      }
      guard let element else {
        throw MiniError(place, "nothing tells what [] is a list of", remedy: "declare it: let xs: [Int] = []")
      }
      guard element.nesting < MiniParser.typeNesting else {
        throw MiniError(place, "a list of too many lists", remedy: "use fewer lists in lists")
      }
      let count = Int32(items.count)
      compiler.add(element.isHandle ? .makeHandleList : .makeList, slot, count, first, cost: 1 + count)
      return .list(element)
    }
  }

  // MARK: Operators

  /// Both sides of an operator, checked.
  mutating func operands(
    _ op: MiniOperator, _ left: MiniTerm, _ right: MiniTerm, _ place: MiniPlace
  ) throws(MiniError) -> (Operand, Operand) {
    // `[] == xs` is known from its right side.
    let a: Operand
    let b: Operand
    if case .list(let items) = left.form, items.isEmpty {
      b = try emit(right, nil, into: nil)
      a = try emit(left, b.type, into: nil)
    } else {
      a = try emit(left, nil, into: nil)
      b = try emit(right, a.type, into: nil)
    }
    guard op.result(of: a.type) != nil else {
      throw MiniError(place, "'\(op.rawValue)' between two \(a.type)", remedy: "it applies to \(op.operands)")
    }
    return (a, b)
  }

  private mutating func binary(
    _ op: MiniOperator, _ left: MiniTerm, _ right: MiniTerm, _ place: MiniPlace, _ target: Int32?
  ) throws(MiniError) -> Operand {
    if op == .and || op == .or {
      return try produce(target) { compiler, slot throws(MiniError) in
        // Not in the target, which the right side may read.
        let own = try compiler.slot()
        _ = try compiler.emit(left, .bool, into: own)
        let jump = compiler.here
        compiler.add(op == .and ? .jumpIfFalse : .jumpIfTrue, own)
        _ = try compiler.emit(right, .bool, into: own)
        compiler.land(jump)
        compiler.add(.move, slot, own, cost: 0)
        return .bool
      }
    }
    return try produce(target) { compiler, slot throws(MiniError) in
      let (a, b) = try compiler.operands(op, left, right, place)
      if op.precedence == 3 {
        compiler.compare(op, a, b, slot)
        return .bool
      }
      if a.type.isHandle {
        compiler.add(.joinLists, slot, a.slot, b.slot)
        compiler.drop(a)
        compiler.drop(b)
      } else {
        compiler.add(Self.arithmetic(op, a.type), slot, a.slot, b.slot)
      }
      return a.type
    }
  }

  private static func arithmetic(_ op: MiniOperator, _ type: MiniType) -> MiniInstruction.Code {
    switch (op, type) {
    case (.plus, .float): .addFloat
    case (.minus, .float): .subtractFloat
    case (.times, .float): .multiplyFloat
    case (.divided, .float): .divideFloat
    case (.plus, _): .add
    case (.minus, _): .subtract
    case (.times, _): .multiply
    case (.divided, _): .divide
    default: .remainder
    }
  }

  /// slot ← a op b; gives up what the operands own.
  mutating func compare(_ op: MiniOperator, _ a: Operand, _ b: Operand, _ slot: Int32) {
    let isFloat = a.type == .float
    let isText = a.type == .string
    switch op {
    case .equal where a.type.isHandle, .unequal where a.type.isHandle:
      add(op == .equal ? .equalDeep : .unequalDeep, slot, a.slot, b.slot)
      add(.type, number(of: a.type), cost: 0)
    case .equal: add(isFloat ? .equalFloat : .equal, slot, a.slot, b.slot)
    case .unequal: add(isFloat ? .unequalFloat : .unequal, slot, a.slot, b.slot)
    case .less: add(isText ? .lessText : isFloat ? .lessFloat : .less, slot, a.slot, b.slot)
    case .atMost: add(isText ? .atMostText : isFloat ? .atMostFloat : .atMost, slot, a.slot, b.slot)
    case .greater: add(isText ? .lessText : isFloat ? .lessFloat : .less, slot, b.slot, a.slot)
    default: add(isText ? .atMostText : isFloat ? .atMostFloat : .atMost, slot, b.slot, a.slot)
    }
    drop(a)
    drop(b)
  }

  // MARK: Calls

  private mutating func call(
    _ name: String, _ arguments: [MiniTerm], _ expected: MiniType?, _ place: MiniPlace, _ target: Int32?
  ) throws(MiniError) -> Operand {
    if let number = functions[name] {
      let entry = entry(number)
      return try produce(target, keepsOrigin: true) { compiler, slot throws(MiniError) in
        let first = try compiler.window(name, arguments, entry.parameters, place)
        compiler.add(.call, slot, first, Int32(number))
        return entry.result
      }
    }
    if let number = toolNumbers[name] {
      let tool = tools[number]
      return try produce(target, keepsOrigin: true) { compiler, slot throws(MiniError) in
        let first = try compiler.window(name, arguments, tool.parameters.map(\.type), place)
        compiler.add(.tool, slot, first, Int32(number))
        for (k, parameter) in tool.parameters.enumerated() where parameter.type.isHandle {
          compiler.add(.drop, first + Int32(k), cost: 0)
        }
        return tool.result
      }
    }
    if let builtin = MiniBuiltin(rawValue: name) {
      return try self.builtin(builtin, arguments, expected, place, target)
    }
    let names = functions.keys.sorted() + toolNumbers.keys.sorted() + MiniBuiltin.allCases.map(\.rawValue)
    throw MiniError(
      place, "the function '\(name)' is unknown",
      remedy: nearest(to: name, among: names).map { "did you mean '\($0)'?" } ?? "define it with fn")
  }

  /// The arguments in registers next to each other, which the called function begins with and owns.
  private mutating func window(
    _ name: String, _ arguments: [MiniTerm], _ types: [MiniType], _ place: MiniPlace
  ) throws(MiniError) -> Int32 {
    guard arguments.count == types.count else {
      let list = types.map(\.description).joined(separator: ", ")
      throw MiniError(place, "'\(name)' is given \(arguments.count) arguments", remedy: "it takes (\(list))")
    }
    let first = nextSlot
    for (argument, type) in zip(arguments, types) {
      let own = try slot()
      _ = try emit(argument, type, into: own)
      nextSlot = own + 1
    }
    return first
  }

  private mutating func builtin(
    _ builtin: MiniBuiltin, _ arguments: [MiniTerm], _ expected: MiniType?, _ place: MiniPlace, _ target: Int32?
  ) throws(MiniError) -> Operand {
    try produce(target) { compiler, slot throws(MiniError) in
      var found: [Operand] = []
      for argument in arguments {
        // An empty list is of the type that the call shall have, where it has that of its argument.
        var wanted: MiniType?
        if case .list(let items) = argument.form, items.isEmpty, found.isEmpty { wanted = expected }
        found.append(try compiler.emit(argument, wanted, into: nil))
      }
      guard let type = builtin.result(for: found.map(\.type)) else {
        let types = found.map(\.type.description).joined(separator: ", ")
        throw MiniError(place, "\(builtin.rawValue)(\(types)) is not there", remedy: "there is \(builtin.usage)")
      }
      if builtin == .len {
        compiler.add(.count, slot, found[0].slot)
        compiler.drop(found[0])
        return type
      }
      let first = compiler.nextSlot
      for operand in found { compiler.add(.move, try compiler.slot(), operand.slot, cost: 0) }
      let number = MiniBuiltin.allCases.firstIndex(of: builtin) ?? 0
      compiler.add(.builtin, slot, first, Int32(number))
      compiler.add(.type, compiler.number(of: found[0].type), cost: 0)
      for operand in found { compiler.drop(operand) }
      return type
    }
  }
}
