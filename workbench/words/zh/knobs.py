"""Sentences about declared fields, in Chinese."""

SENTENCES = {
    "knob-value": "{owner}：{name} 的值应为“{constraint}”，而不是 {value}。",
    "knob-entry": "{owner}：{name} 中的 {entry} 必须是{constraint}，而不是 {value}。",
    "knob-unknown": "{owner} 没有名为 {name} 的字段。最接近的是 {nearest}。",
    "knob-position": "{owner} 的字段须按名称给出：{owner}({example})。",
    "knob-none": "{owner} 没有字段。请写 {owner}()。",
    "knob-missing": "{owner} 需要 {name}：{constraint}。",
}
