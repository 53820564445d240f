// SPDX-License-Identifier: Apache-2.0
import GradusLanguage
import GradusNumerics
import GradusPrograms
import Synchronization

/// Twelve tools of a travel office, each counting how often it is called, and queries whose plans are known.
///
///     query:  a random tool; each argument is what another tool gives, where one gives its type, or a value;  2 to 5 calls
final class TravelTools: Sendable {
  /// A tool: its first line, what it is said to do, and how a query speaks of what it gives.
  struct Line: Sendable {
    var signature: String
    var text: String
    var phrase: String
  }

  private let count = Mutex(0)
  /// How often a tool was really called.
  var calls: Int { count.withLock { $0 } }

  static let lines = [
    Line(
      signature: "fn capital(country: String) -> String", text: "The capital city of a country, by its name.",
      phrase: "the capital of {country}"),
    Line(
      signature: "fn forecast(city: String, day: Int) -> Float",
      text: "The weather forecast: degrees in a city, so many days ahead.",
      phrase: "the forecast of degrees for {city} in {day} days"),
    Line(
      signature: "fn flights(from: String, to: String) -> [String]", text: "All flights from a city to another city.",
      phrase: "all flights from {from} to {to}"),
    Line(
      signature: "fn cheapest(offers: [String]) -> String", text: "The cheapest of several offers.",
      phrase: "the cheapest of {offers}"),
    Line(
      signature: "fn fare(flight: String) -> Float", text: "The fare of a flight, in euro.",
      phrase: "the fare of {flight}"),
    Line(
      signature: "fn exchange(amount: Float, currency: String) -> Float",
      text: "The exchange of an amount in euro into another currency.",
      phrase: "the exchange of {amount} into {currency}"),
    Line(
      signature: "fn hotels(city: String, stars: Int) -> [String]", text: "All hotels in a city with so many stars.",
      phrase: "all hotels in {city} with {stars} stars"),
    Line(
      signature: "fn lodging(hotel: String, nights: Int) -> Float",
      text: "What lodging in a hotel costs for some nights, in euro.",
      phrase: "what lodging in {hotel} costs for {nights} nights"),
    Line(
      signature: "fn together(first: Float, second: Float) -> Float", text: "Two amounts added together.",
      phrase: "{first} together with {second}"),
    Line(
      signature: "fn reserve(offer: String, paid: Float, insured: Bool) -> Int",
      text: "Reserves an offer for an amount, insured or not, and gives the number of the booking.",
      phrase: "the number of the booking that reserves {offer} for {paid}, insured: {insured}"),
    Line(
      signature: "fn invoice(booking: Int, email: String) -> Bool", text: "Sends the invoice of a booking by email.",
      phrase: "the invoice of {booking} sent by email to {email}"),
    Line(
      signature: "fn pack(degrees: Float) -> [String]", text: "What to pack for so many degrees.",
      phrase: "what to pack for {degrees}"),
  ]

  let descriptions: [ToolDescription]
  /// What the descriptions mean.
  let stubs: [ToolStub]

  init() throws {
    var descriptions: [ToolDescription] = []
    var stubs: [ToolStub] = []
    for line in Self.lines {
      let name = line.signature.dropFirst(3).prefix { $0 != "(" }
      descriptions.append(ToolDescription(String(name), "\(line.text) As a function: \(line.signature.dropFirst(3))"))
      stubs.append(try ToolStub(line.signature, for: descriptions[descriptions.count - 1]))
    }
    self.descriptions = descriptions
    self.stubs = stubs
  }

  /// The tools themselves. Nobody who plans is given them.
  var tools: [MiniTool] {
    stubs.map { stub in
      MiniTool(stub.tool, stub.parameters, result: stub.result) { [self] _ in
        count.withLock { $0 += 1 }
        return stub.answer
      }
    }
  }

  // MARK: Queries

  /// So many different queries.
  func queries(_ wanted: Int, _ random: RandomStream) -> [SimulatedPlanner.Item] {
    var stream = random.child("queries")
    var found: [SimulatedPlanner.Item] = []
    while found.count < wanted {
      var calls: [ToolPlan.Call] = []
      let words = made(stream.integer(below: stubs.count), 3, &calls, &stream)
      guard (2...5).contains(calls.count), !found.contains(where: { $0.query == words }) else { continue }
      found.append(.init(words, ToolPlan(calls)))
    }
    return found
  }

  /// Adds the calls that end with this tool, and gives the words for what it gives.
  private func made(
    _ number: Int, _ depth: Int, _ calls: inout [ToolPlan.Call], _ stream: inout RandomStream
  ) -> String {
    let stub = stubs[number]
    var words = Self.lines[number].phrase
    var arguments: [ToolPlan.Argument] = []
    for parameter in stub.parameters {
      let makers = stubs.indices.filter { stubs[$0].result == parameter.type && Self.suits($0, parameter.name) }
      let isMade = depth > 0 && !makers.isEmpty && stream.uniform() < 0.6
      let shown: String
      if isMade {
        shown = made(makers[stream.integer(below: makers.count)], depth - 1, &calls, &stream)
        arguments.append(.init(parameter.name, .result(of: calls.count - 1)))
      } else {
        let value = Self.value(parameter, &stream)
        shown = value.string ?? value.description
        arguments.append(.init(parameter.name, .literal(value)))
      }
      words = words.replacing("{\(parameter.name)}", with: shown)
    }
    calls.append(ToolPlan.Call(stub.tool, arguments))
    return words
  }

  /// Whether what a tool gives is what an argument means.
  private static func suits(_ number: Int, _ argument: String) -> Bool {
    let name = lines[number].signature.dropFirst(3).prefix { $0 != "(" }
    return switch argument {
    case "city", "from", "to": name == "capital"
    case "flight", "hotel", "offer": name == "cheapest"
    case "offers": name == "flights" || name == "hotels"
    case "degrees": name == "forecast"
    case "amount", "first", "second", "paid": ["fare", "lodging", "together", "exchange"].contains(name)
    case "booking": name == "reserve"
    default: false
    }
  }

  private static func value(_ parameter: MiniFunction.Parameter, _ stream: inout RandomStream) -> MiniValue {
    let number = 1 + stream.integer(below: 900)
    switch parameter.type {
    case .int: return .int(number)
    case .float: return .float(Double(number) + 0.5)
    case .bool: return .bool(number % 2 == 0)
    case .string: return .string("\(["Avon", "Brix", "Corda", "Delos"][number % 4])-\(number)")
    case .list: return .strings(["X\(number)", "Y\(number)"])
    }
  }
}
