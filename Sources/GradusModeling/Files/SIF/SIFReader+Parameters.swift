// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Parameters, loops and array names.
extension SIFReader {
  private struct Loop {
    var index: String
    var value: Int
    var last: Int
    var step: Int
    var body: Int
  }

  /// Executes the cards of a section with their loops.
  mutating func execute(_ cards: [SIFCard], _ section: SIFSection) throws(ReadError) {
    let ends = try loopEnds(cards)
    var loops: [Loop] = []
    var k = 0
    while k < cards.count {
      let card = cards[k]
      try spend(1, card.line)
      switch card.code.text {
      case "DO":
        let (loop, runs) = try begin(cards, k)
        if runs {
          integers[loop.index] = loop.value
          loops.append(loop)
          k = loop.body
        } else {
          // What ends this loop may end the loops around it too.
          k = ends[k]
          if cards[k].code.text == "OD" { k += 1 } else { k = finish(&loops, k, all: true) }
        }
      case "DI":
        throw error(card, card.code, "an increment without its loop", "DI behind DO, with the same index")
      case "OD": k = finish(&loops, k, all: false)
      case "ND": k = finish(&loops, k, all: true)
      default:
        if try !assign(card) { try apply(card, section) }
        k += 1
      }
    }
  }

  /// The card that ends each loop. OD ends the innermost one, ND all that are open.
  private func loopEnds(_ cards: [SIFCard]) throws(ReadError) -> [Int] {
    var ends = [Int](repeating: 0, count: cards.count)
    var open: [Int] = []
    for (k, card) in cards.enumerated() {
      switch card.code.text {
      case "DO":
        if card.first.isEmpty { throw error(card, card.first, "a loop without an index", "a name in field 2") }
        for outer in open where cards[outer].first.text == card.first.text {
          throw error(card, card.first, "the index \(card.first.text) of an outer loop", "an index of its own")
        }
        open.append(k)
      case "OD":
        guard let inner = open.popLast() else { throw error(card, card.code, "OD without DO", "DO first") }
        if !card.first.isEmpty, card.first.text != cards[inner].first.text {
          throw error(
            card, card.first, "OD of \(card.first.text) ends a loop of \(cards[inner].first.text)",
            "the index of the innermost loop")
        }
        ends[inner] = k
      case "ND":
        if open.isEmpty { throw error(card, card.code, "ND without DO", "DO first") }
        for outer in open { ends[outer] = k }
        open.removeAll()
      default: break
      }
    }
    if let left = open.last {
      throw error(cards[left], cards[left].code, "this loop does not end in its section", "OD or ND")
    }
    return ends
  }

  private func begin(_ cards: [SIFCard], _ k: Int) throws(ReadError) -> (Loop, Bool) {
    let card = cards[k]
    let from = try integer(card, card.second)
    let to = try integer(card, card.third)
    var loop = Loop(index: card.first.text, value: from, last: to, step: 1, body: k + 1)
    if k + 1 < cards.count, cards[k + 1].code.text == "DI" {
      let increment = cards[k + 1]
      guard increment.first.text == loop.index else {
        throw error(increment, increment.first, "an increment of another index", "DI with the index \(loop.index)")
      }
      loop.step = try integer(increment, increment.second)
      if loop.step == 0 { throw error(increment, increment.second, "an increment of zero", "another number") }
      loop.body = k + 2
    }
    return (loop, loop.step > 0 ? from <= to : from >= to)
  }

  /// Goes on with the innermost loop that has something left, or behind the card `k` that ends them.
  private mutating func finish(_ loops: inout [Loop], _ k: Int, all: Bool) -> Int {
    while var loop = loops.popLast() {
      loop.value += loop.step
      if loop.step > 0 ? loop.value <= loop.last : loop.value >= loop.last {
        integers[loop.index] = loop.value
        loops.append(loop)
        return loop.body
      }
      if !all { break }
    }
    return k + 1
  }

  /// Carries out a card that sets a parameter; false for any other card.
  private mutating func assign(_ card: SIFCard) throws(ReadError) -> Bool {
    let code = Array(card.code.text.utf8)
    guard code.count == 2 else { return false }
    let isArray = code[0] == 0x41
    guard code[0] == 0x49 || code[0] == 0x52 || isArray, "EIRASMDF=+-*/(".utf8.contains(code[1]) else { return false }
    if code[0] == 0x49 {
      guard "ERASMD=+-*/".utf8.contains(code[1]) else {
        throw unknown(card, "IE, IR, IA, IS, IM, ID, I=, I+, I-, I* or I/")
      }
      try assignInteger(card, code[1])
      return true
    }
    guard code[1] != 0x52 else { throw unknown(card, "RE, RI, RA, RS, RM, RD, RF, R=, R+, R-, R*, R/ or R(") }
    let target = isArray ? try expanded(card, card.first) : card.first.text
    if target.isEmpty { throw error(card, card.first, "a parameter without a name", "a name in field 2") }
    let value = try realValue(card, code[1], isArray)
    guard value.isFinite else {
      throw error(card, card.first, "the parameter \(target) is not finite", "numbers that give a finite one")
    }
    reals[target] = value
    return true
  }

  private mutating func assignInteger(_ card: SIFCard, _ operation: UInt8) throws(ReadError) {
    func number() throws(ReadError) -> Int {
      guard let value = SIFLines.number(card.firstNumber.text), let whole = Int32(exactly: value) else {
        throw error(card, card.firstNumber, "\"\(card.firstNumber.text)\" is not an integer", "an integer in field 4")
      }
      return Int(whole)
    }
    func divide(_ a: Int, _ b: Int) throws(ReadError) -> Int {
      if b == 0 { throw error(card, card.code, "a division by zero", "a divisor that is not zero") }
      return a.dividedReportingOverflow(by: b).partialValue
    }
    if card.first.isEmpty { throw error(card, card.first, "a parameter without a name", "a name in field 2") }
    let value: Int
    switch operation {
    case 0x45: value = try number()
    case 0x52: value = Int(exactly: try real(card, card.second, isArray: false).rounded(.towardZero)) ?? .max
    case 0x3D: value = try integer(card, card.second)
    case 0x41: value = try integer(card, card.second) &+ number()
    case 0x53: value = try number() &- integer(card, card.second)
    case 0x4D: value = try integer(card, card.second).multipliedReportingOverflow(by: number()).partialValue
    case 0x44: value = try divide(number(), integer(card, card.second))
    case 0x2B: value = try integer(card, card.second) &+ integer(card, card.third)
    case 0x2D: value = try integer(card, card.second) &- integer(card, card.third)
    case 0x2A:
      value = try integer(card, card.second).multipliedReportingOverflow(by: integer(card, card.third)).partialValue
    default: value = try divide(integer(card, card.second), integer(card, card.third))
    }
    guard Int(Int32.min)...Int(Int32.max) ~= value else {
      throw error(card, card.first, "the integer \(card.first.text) is too large", "a number of 32 bits")
    }
    integers[card.first.text] = value
  }

  private mutating func realValue(
    _ card: SIFCard, _ operation: UInt8, _ isArray: Bool
  ) throws(ReadError) -> Double {
    switch operation {
    case 0x45: return try number(card, card.firstNumber)
    case 0x49: return Double(try integer(card, card.second))
    case 0x46: return try function(card, of: number(card, card.firstNumber))
    case 0x28: return try function(card, of: real(card, card.third, isArray: isArray))
    default: break
    }
    let a = try real(card, card.second, isArray: isArray)
    switch operation {
    case 0x3D: return a
    case 0x41: return try a + number(card, card.firstNumber)
    case 0x53: return try number(card, card.firstNumber) - a
    case 0x4D: return try a * number(card, card.firstNumber)
    case 0x44: return try number(card, card.firstNumber) / a
    case 0x2B: return try a + real(card, card.third, isArray: isArray)
    case 0x2D: return try a - real(card, card.third, isArray: isArray)
    case 0x2A: return try a * real(card, card.third, isArray: isArray)
    default: return try a / real(card, card.third, isArray: isArray)
    }
  }

  private func function(_ card: SIFCard, of x: Double) throws(ReadError) -> Double {
    switch card.second.text {
    case "ABS": return abs(x)
    case "SQRT": return x.squareRoot()
    case "EXP": return exp(x)
    case "LOG": return log(x)
    case "LOG10": return log10(x)
    case "SIN": return sin(x)
    case "COS": return cos(x)
    case "TAN": return tan(x)
    case "ARCSIN": return asin(x)
    case "ARCCOS": return acos(x)
    case "ARCTAN": return atan(x)
    case "HYPSIN": return sinh(x)
    case "HYPCOS": return cosh(x)
    case "HYPTAN": return tanh(x)
    default:
      throw error(
        card, card.second, "the function \"\(card.second.text)\" is unknown",
        "ABS, SQRT, EXP, LOG, LOG10, SIN, COS, TAN, ARCSIN, ARCCOS, ARCTAN, HYPSIN, HYPCOS or HYPTAN")
    }
  }

  /// The integer parameter that a field names.
  func integer(_ card: SIFCard, _ field: SIFField) throws(ReadError) -> Int {
    guard let value = integers[field.text] else {
      throw error(
        card, field, field.isEmpty ? "an integer parameter is missing" : "the integer \(field.text) is unknown",
        "the name of an integer parameter")
    }
    return value
  }

  /// The real parameter that a field names, of an array where `isArray`.
  func real(_ card: SIFCard, _ field: SIFField, isArray: Bool) throws(ReadError) -> Double {
    let name = isArray ? try expanded(card, field) : field.text
    guard let value = reals[name] else {
      throw error(
        card, field, field.isEmpty ? "a real parameter is missing" : "the real parameter \(name) is unknown",
        "the name of a real parameter")
    }
    return value
  }

  /// The number in a field.
  func number(_ card: SIFCard, _ field: SIFField) throws(ReadError) -> Double {
    guard let value = SIFLines.number(field.text) else {
      throw error(
        card, field, field.isEmpty ? "a number is missing" : "\"\(field.text)\" is not a finite number",
        "a finite number")
    }
    return value
  }

  /// X(I,J) with the numbers of I and J: for I = 2 and J = 11, X2,11. A name without parentheses stays as it is.
  func expanded(_ card: SIFCard, _ field: SIFField) throws(ReadError) -> String {
    let text = field.text.utf8
    guard let open = text.firstIndex(of: 0x28) else { return field.text }
    var result = String(field.text[..<open])
    guard text.last == 0x29, text.distance(from: open, to: text.endIndex) > 2 else {
      throw error(card, field, "\"\(field.text)\" is not a name of an array", "a name such as X(I,J)")
    }
    let inside = field.text[text.index(after: open)..<text.index(before: text.endIndex)]
    for (k, index) in inside.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
      guard k < 3, let value = integers[String(index)] else {
        throw error(
          card, field, k < 3 ? "the index \(index) of \(field.text) is unknown" : "more than three indices",
          "up to three names of integer parameters")
      }
      result += k == 0 ? "\(value)" : ",\(value)"
    }
    return result
  }
}
