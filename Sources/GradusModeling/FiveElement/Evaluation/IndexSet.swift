// SPDX-License-Identifier: Apache-2.0

/// All elements of all sets of a model: a number for each text.
struct ElementTable {
  private(set) var texts: [String] = []
  /// The number an element is, for arithmetic; NaN where it is none.
  private(set) var numbers: [Double] = []
  private var index: [String: Int32] = [:]
  private var integers: [Int: Int32] = [:]

  func find(_ text: String) -> Int32? { index[text] }

  mutating func intern(_ text: String) -> Int32 {
    if let known = index[text] { return known }
    let new = Int32(texts.count)
    texts.append(text)
    numbers.append(ElementTable.number(text) ?? .nan)
    index[text] = new
    return new
  }

  mutating func intern(_ value: Int) -> Int32 {
    if let known = integers[value] { return known }
    let new = intern(String(value))
    integers[value] = new
    return new
  }

  /// The element that a whole number is written as.
  mutating func find(_ value: Double) -> Int32? {
    guard value == value.rounded(), abs(value) < 1e15 else { return nil }
    if let known = integers[Int(value)] { return known }
    guard let known = index[String(Int(value))] else { return nil }
    integers[Int(value)] = known
    return known
  }

  /// The number a text is: digits, a point, an exponent; no words, no underscores.
  static func number(_ text: String) -> Double? {
    var text = text
    return text.withUTF8 { bytes in
      guard let first = bytes.first, first <= UInt8(ascii: "9") else { return nil }
      for byte in bytes where !ExpressionLexer.isDigit(byte) {
        guard "+-.eE".utf8.contains(byte) else { return nil }
      }
      let value = DecimalNumber.parse(bytes)
      return value.isNaN ? nil : value
    }
  }
}

/// A finite ordered set of elements (arity 1) or tuples of them.
struct IndexSet {
  let arity: Int
  /// Members one behind the other, `arity` elements each.
  let members: [Int32]
  private var singles: [Int32: Int32] = [:]
  private var pairs: [UInt64: Int32] = [:]
  private var tuples: [[Int32]: Int32] = [:]

  var count: Int { members.count / arity }

  /// Nil, with the position of the second one, when a member stands twice.
  static func make(arity: Int, _ members: [Int32]) -> Result<IndexSet, RepeatedMember> {
    var set = IndexSet(arity: arity, members: members)
    for i in 0..<set.count where !set.insert(i) { return .failure(RepeatedMember(position: i)) }
    return .success(set)
  }

  struct RepeatedMember: Error { var position: Int }

  private init(arity: Int, members: [Int32]) {
    self.arity = arity
    self.members = members
  }

  private mutating func insert(_ i: Int) -> Bool {
    let position = Int32(i)
    switch arity {
    case 1: return singles.updateValue(position, forKey: members[i]) == nil
    case 2: return pairs.updateValue(position, forKey: Self.pair(members[2 * i], members[2 * i + 1])) == nil
    default: return tuples.updateValue(position, forKey: Array(members[(arity * i)..<(arity * (i + 1))])) == nil
    }
  }

  private static func pair(_ a: Int32, _ b: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: a)) << 32 | UInt64(UInt32(bitPattern: b))
  }

  /// The position of a member whose elements stand from `start` on.
  func position(of elements: [Int32], from start: Int = 0) -> Int? {
    switch arity {
    case 1: singles[elements[start]].map { Int($0) }
    case 2: pairs[Self.pair(elements[start], elements[start + 1])].map { Int($0) }
    default: tuples[Array(elements[start..<(start + arity)])].map { Int($0) }
    }
  }
}

/// What a parameter, a variable or a table is declared over: a product of sets, in row-major order.
struct IndexDomain {
  var sets: [IndexSet] = []

  var arity: Int { sets.reduce(0) { $0 + $1.arity } }

  /// Nil when the product is too large.
  var count: Int? {
    var count = 1
    for set in sets {
      let (product, overflow) = count.multipliedReportingOverflow(by: set.count)
      if overflow { return nil }
      count = product
    }
    return count
  }

  func position(of elements: [Int32]) -> Int? {
    var position = 0
    var start = 0
    for set in sets {
      guard let own = set.position(of: elements, from: start) else { return nil }
      position = position * set.count + own
      start += set.arity
    }
    return position
  }

  /// The elements of the member at a position.
  func member(at position: Int) -> [Int32] {
    var rest = position
    var parts: [ArraySlice<Int32>] = []
    for set in sets.reversed() {
      let own = rest % set.count
      rest /= set.count
      parts.append(set.members[(own * set.arity)..<((own + 1) * set.arity)])
    }
    return parts.reversed().flatMap { Array($0) }
  }
}
