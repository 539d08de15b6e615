interface Press {
  readonly button: number;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

/** Does this press include? The right button or Alt or Ctrl turn around what the switch on the stage says. */
export function includes(press: Press, switchIncludes: boolean): boolean {
  const turned = press.button === 2 || press.altKey || press.ctrlKey || press.metaKey;
  return turned ? !switchIncludes : switchIncludes;
}
