// SPDX-License-Identifier: Apache-2.0

extension MiniCompiler {
  /// The statements of a block in a scope of their own.
  mutating func block(_ statements: [MiniStatement]) throws(MiniError) {
    scopes.append([:])
    let mark = nextSlot
    for statement in statements { try self.statement(statement) }
    if let scope = scopes.popLast() { dropScope(scope) }
    nextSlot = mark
  }

  private mutating func statement(_ statement: MiniStatement) throws(MiniError) {
    setLine(statement.place)
    switch statement.form {
    case .declare(let name, let type, let value):
      if let type, type.nesting > MiniParser.typeNesting {
        throw MiniError(statement.place, "the type of '\(name)' is too deep", remedy: "use fewer lists in lists")
      }
      let slot = try slot()
      let found = try emit(value, type, into: slot)
      raiseCost()
      try declare(name, Variable(slot: slot, type: found.type, isFixed: false), statement.place)
    case .assign(let name, let value):
      let target = try changeable(name, statement.place)
      if target.type.isHandle {
        let mark = nextSlot
        let new = try owned(value, target.type)
        add(.replace, target.slot, new.slot)
        if isTraced { add(.moveTraced, target.slot, new.slot, cost: 0) }
        nextSlot = mark
      } else {
        _ = try emit(value, target.type, into: target.slot)
        raiseCost()
      }
    case .assignElement(let name, let indices, let value): try setElement(name, indices, value, statement.place)
    case .push(let name, let value):
      let target = try changeable(name, statement.place)
      guard let element = target.type.element else {
        throw MiniError(statement.place, "'\(name)' is a \(target.type)", remedy: "push goes to the end of a list")
      }
      let mark = nextSlot
      let new = element.isHandle ? try owned(value, element) : try emit(value, element, into: nil)
      add(element.isHandle ? .pushHandle : .push, target.slot, new.slot)
      nextSlot = mark
    case .branch(let condition, let then, let otherwise):
      let jump = try unless(condition)
      try block(then)
      if otherwise.isEmpty { return land(jump) }
      let end = here
      add(.jump, cost: 0)
      land(jump)
      try block(otherwise)
      land(end)
    case .loop(let condition, let body):
      let top = here
      let jump = try unless(condition)
      try block(body)
      setLine(statement.place)
      add(.jump, 0, 0, top, cost: 0)
      land(jump)
    case .count(let name, let from, let to, let body): try count(name, from, to, body, statement.place)
    case .each(let name, let list, let body): try each(name, list, body, statement.place)
    case .give(let value):
      let mark = nextSlot
      let found = result.isHandle ? try owned(value, result) : try emit(value, result, into: nil)
      for scope in scopes.reversed() { dropScope(scope) }
      add(.give, found.slot)
      nextSlot = mark
    case .call(let value):
      let mark = nextSlot
      drop(try emit(value, nil, into: nil))
      nextSlot = mark
    }
  }

  private func changeable(_ name: String, _ place: MiniPlace) throws(MiniError) -> Variable {
    let found = try variable(name, place)
    guard !found.isFixed else {
      throw MiniError(place, "'\(name)' is set by its loop", remedy: "copy it to a variable of its own with let")
    }
    return found
  }

  /// A jump, to be landed, that is taken where a condition is false. A test costs one step beside its operators.
  private mutating func unless(_ condition: MiniTerm) throws(MiniError) -> Int32 {
    let mark = nextSlot
    defer { nextSlot = mark }
    if case .binary(let op, let left, let right) = condition.form, op == .less || op == .greater {
      let (a, b) = try operands(op, left, right, condition.place)
      if a.type == .int {
        add(.jumpUnlessLess, op == .less ? a.slot : b.slot, op == .less ? b.slot : a.slot, cost: 2)
        return here - 1
      }
      let slot = try slot()
      compare(op, a, b, slot)
      add(.jumpIfFalse, slot)
      return here - 1
    }
    let found = try emit(condition, .bool, into: nil)
    add(.jumpIfFalse, found.slot)
    return here - 1
  }

  private mutating func count(
    _ name: String, _ from: MiniTerm, _ to: MiniTerm, _ body: [MiniStatement], _ place: MiniPlace
  ) throws(MiniError) {
    let mark = nextSlot
    scopes.append([:])
    let counter = try slot()
    let end = try slot()
    _ = try emit(from, .int, into: counter)
    _ = try emit(to, .int, into: end)
    try declare(name, Variable(slot: counter, type: .int, isFixed: true), place)
    add(.jumpUnlessLess, counter, end)
    let jump = here - 1
    try block(body)
    setLine(place)
    add(.loopNext, counter, end, jump + 1)
    land(jump)
    scopes.removeLast()
    nextSlot = mark
  }

  private mutating func each(
    _ name: String, _ list: MiniTerm, _ body: [MiniStatement], _ place: MiniPlace
  ) throws(MiniError) {
    let mark = nextSlot
    scopes.append([:])
    let source = try owned(list, nil)
    guard let type = source.type == .string ? .string : source.type.element else {
      throw MiniError(list.place, "for runs through a \(source.type)", remedy: "give it a list, a String or a..<b")
    }
    // Hidden, but given up by a return from inside. No name has a blank.
    scopes[scopes.count - 1]["list of \(name)"] = Variable(slot: source.slot, type: source.type, isFixed: true)
    let counter = try slot()
    let end = try slot()
    let element = try slot()
    add(.move, counter, constant(bits: 0), cost: 0)
    add(.count, end, source.slot, cost: 0)
    add(.jumpUnlessLess, counter, end)
    let jump = here - 1
    add(Self.elementCode(source.type), element, source.slot, counter, cost: 0)
    if isTraced { add(.forget, element, cost: 0) }
    try declare(name, Variable(slot: element, type: type, isFixed: true), place)
    try block(body)
    setLine(place)
    if type.isHandle { add(.drop, element, cost: 0) }
    add(.loopNext, counter, end, jump + 1)
    land(jump)
    scopes.removeLast()
    drop(source)
    nextSlot = mark
  }

  /// `name[i][j] = value`: each list on the way is taken out of the one before, so that it is changed where it lies.
  private mutating func setElement(
    _ name: String, _ indices: [MiniTerm], _ value: MiniTerm, _ place: MiniPlace
  ) throws(MiniError) {
    let target = try changeable(name, place)
    let mark = nextSlot
    var type = target.type
    var places: [Operand] = []
    for index in indices {
      guard let element = type.element else {
        let remedy = type == .string ? "texts are not changed in place; join parts with +" : "only lists have elements"
        throw MiniError(place, "an element of a \(type) is set", remedy: remedy)
      }
      type = element
      places.append(try emit(index, .int, into: nil))
    }
    let new = type.isHandle ? try owned(value, type) : try emit(value, type, into: nil)
    var lists = [target.slot]
    for index in places.dropLast() {
      let inner = try slot()
      add(.detach, inner, lists[lists.count - 1], index.slot)
      lists.append(inner)
    }
    add(
      type.isHandle ? .setElementHandle : .setElement, lists[lists.count - 1], places[places.count - 1].slot, new.slot)
    for level in stride(from: lists.count - 2, through: 0, by: -1) {
      add(.setElementBack, lists[level], places[level].slot, lists[level + 1], cost: 0)
    }
    nextSlot = mark
  }
}
