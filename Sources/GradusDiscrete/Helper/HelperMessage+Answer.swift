// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNative
import GradusNumerics

extension HelperMessage {
  package init(_ kind: Kind, _ answer: LinearAnswer) {
    self.init(kind: kind)
    var writer = FieldWriter()
    writer.put(answer.status.rawValue)
    writer.put(answer.source)
    writer.put(answer.failure)
    writer.put(answer.objective)
    writer.put(answer.bound)
    writer.put(answer.iterations)
    writer.put(answer.nodes)
    writer.put(basis: answer.basis)
    // An absent vector is an absent array; these bits say which are there.
    for vector in [answer.primal, answer.duals, answer.reducedCosts, answer.ray] {
      writer.put(vector != nil)
      if let vector { numbers.append(vector.elements) }
    }
    fields = writer.bytes
  }

  package func answer() throws(HelperError) -> LinearAnswer {
    var reader = FieldReader(fields)
    guard let status = LinearStatus(rawValue: try reader.text()) else { throw .damaged }
    var answer = LinearAnswer(status: status, source: try reader.text())
    answer.failure = try reader.optionalText()
    answer.objective = try reader.optionalDouble()
    answer.bound = try reader.optionalDouble()
    answer.iterations = try reader.int()
    answer.nodes = try reader.int()
    answer.basis = try reader.basis()
    var rest = numbers[...]
    func next(_ reader: inout FieldReader) throws(HelperError) -> Vector? {
      guard try reader.bool() else { return nil }
      guard let elements = rest.popFirst() else { throw .damaged }
      return Vector(elements)
    }
    answer.primal = try next(&reader)
    answer.duals = try next(&reader)
    answer.reducedCosts = try next(&reader)
    answer.ray = try next(&reader)
    return answer
  }

  package init(interim news: Interim) {
    self.init(kind: .interim)
    var writer = FieldWriter()
    writer.put(news.value)
    writer.put(news.bound)
    writer.put(news.iterations)
    writer.put(news.nodes)
    writer.put(news.seconds)
    writer.put(news.phase)
    fields = writer.bytes
    if let point = news.point { numbers = [point.elements] }
  }

  package func interim() throws(HelperError) -> Interim {
    var reader = FieldReader(fields)
    var news = Interim()
    news.value = try reader.optionalDouble()
    news.bound = try reader.optionalDouble()
    news.iterations = try reader.int()
    news.nodes = try reader.int()
    news.seconds = try reader.double()
    news.phase = try reader.text()
    news.point = numbers.first.map { Vector($0) }
    return news
  }

  package init(missing component: MissingComponent) {
    self.init(kind: .missing)
    var writer = FieldWriter()
    for text in [component.name, component.cause, component.purpose, component.remedy] { writer.put(text) }
    fields = writer.bytes
  }

  package func missing() throws(HelperError) -> MissingComponent {
    var reader = FieldReader(fields)
    return MissingComponent(
      name: try reader.text(), cause: try reader.text(), purpose: try reader.text(), remedy: try reader.text())
  }

  package init(complaint error: SettingError) {
    self.init(kind: .complaint)
    var writer = FieldWriter()
    switch error {
    case .unknown(let name, let method, let nearest):
      writer.put(0)
      writer.put(name)
      writer.put(method)
      writer.put(nearest)
    case .unreadable(let name, let text, let expected):
      writer.put(1)
      for part in [name, text, expected] { writer.put(part) }
    case .outOfRange(let name, let text, let range):
      writer.put(2)
      for part in [name, text, range] { writer.put(part) }
    }
    fields = writer.bytes
  }

  package func complaint() throws(HelperError) -> SettingError {
    var reader = FieldReader(fields)
    switch try reader.int() {
    case 0: return .unknown(try reader.text(), method: try reader.text(), nearest: try reader.optionalText())
    case 1: return .unreadable(try reader.text(), text: try reader.text(), expected: try reader.text())
    default: return .outOfRange(try reader.text(), text: try reader.text(), range: try reader.text())
    }
  }
}
