import { t } from '../i18n/t';
import { VERTEX } from './glsl';

/** A compiled effect with the places of its uniforms. */
export interface Program {
  readonly program: WebGLProgram;
  at(name: string): WebGLUniformLocation | null;
}

/** Compiles each shader once. */
export class Programs {
  private readonly compiled = new Map<string, Program>();

  constructor(private readonly gl: WebGL2RenderingContext) {}

  get(fragment: string): Program {
    let found = this.compiled.get(fragment);
    if (!found) {
      found = compile(this.gl, fragment);
      this.compiled.set(fragment, found);
    }
    return found;
  }
}

function compile(gl: WebGL2RenderingContext, fragment: string): Program {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) throw new Error(t('The graphics card gave up; load the page again.'));
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost())
      throw new Error(`A shader does not compile: ${gl.getShaderInfoLog(shader)}`);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost())
    throw new Error(`A shader does not link: ${gl.getProgramInfoLog(program)}`);
  const places = new Map<string, WebGLUniformLocation | null>();
  return {
    program,
    at(name) {
      let place = places.get(name);
      if (place === undefined) {
        place = gl.getUniformLocation(program, name);
        places.set(name, place);
      }
      return place;
    },
  };
}
